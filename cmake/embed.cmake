# cmake -DINPUT=FILE -DOUTPUT=FILE.c -DNAME=symbol -P embed.cmake
# makes a C file that holds the bytes of a file: NAME and NAME_len, with a zero behind.
file(READ "${INPUT}" hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR len "${digits} / 2")
string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x[89a-f][0-9a-f])" "(char)\\1" bytes "${bytes}")
file(WRITE "${OUTPUT}"
  "#include <stddef.h>\n\n"
  "extern const char ${NAME}[];\nextern const size_t ${NAME}_len;\n\n"
  "const char ${NAME}[] = {\n${bytes}0x00};\nconst size_t ${NAME}_len = ${len};\n")
