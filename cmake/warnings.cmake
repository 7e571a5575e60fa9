# One interface target carries the warnings of every target of ours, as errors.
add_library(ringfence_warnings INTERFACE)
target_compile_options(ringfence_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror
  -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion -Wfloat-conversion
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wmissing-declarations
  -Wcast-align -Wcast-qual -Wpointer-arith -Wwrite-strings -Wundef -Wformat=2
  -Wswitch-enum -Wvla -Wnull-dereference -Wimplicit-fallthrough -Wunused)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  target_compile_options(ringfence_warnings INTERFACE
    -Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wjump-misses-init)
endif()
if(RINGFENCE_TIDY)
  set(CMAKE_C_CLANG_TIDY clang-tidy --quiet --warnings-as-errors=*)
endif()
