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
option(RINGFENCE_PACKAGE "Build what Debian packages hold: data in /usr/share, manual pages" OFF)

# Where the programs find rules and captures.
if(RINGFENCE_PACKAGE)
  set(RINGFENCE_DATA_DIR /usr/share/ringfence)
else()
  set(RINGFENCE_DATA_DIR ${PROJECT_SOURCE_DIR})
endif()
