# Every switch of the build in one place.
option(RINGFENCE_TESTS "Build the tests" ON)
option(RINGFENCE_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)
option(RINGFENCE_COVERAGE "Instrument for coverage" OFF)
option(RINGFENCE_TIDY "Run clang-tidy with the compiler" OFF)
set(RINGFENCE_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
endif()
option(RINGFENCE_PAGE "build the page of ringfence-api (needs npm)" ON)
