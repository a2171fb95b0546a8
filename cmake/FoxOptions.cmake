# Compiler options, dependencies and the target `fox_options` that every module links.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

option(FOX_WERROR "Treat warnings as errors" ON)
option(FOX_PCH "Precompile the standard headers" OFF)
option(FOX_FUZZ "Build the libFuzzer targets (clang only)" OFF)
set(FOX_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")

find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LUA REQUIRED IMPORTED_TARGET lua5.4)
find_package(yaml-cpp REQUIRED)
find_package(CLI11 REQUIRED)
if(BUILD_TESTING)
  find_package(GTest REQUIRED)
  find_package(benchmark REQUIRED)
endif()

find_program(FOX_CCACHE ccache)
if(FOX_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Base directory and hash settings let every clone and worktree share one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
      CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${FOX_CCACHE})
endif()

add_library(fox_options INTERFACE)
target_include_directories(fox_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_features(fox_options INTERFACE cxx_std_20)
target_compile_definitions(fox_options INTERFACE _GLIBCXX_ASSERTIONS FOX_VERSION="${PROJECT_VERSION}")
target_compile_options(fox_options INTERFACE
  -Wall -Wextra -Wpedantic -Wno-missing-field-initializers -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Woverloaded-virtual -Wundef -Wformat=2 -Wimplicit-fallthrough
  -fstack-protector-strong -fcf-protection -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
target_link_libraries(fox_options INTERFACE Threads::Threads)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(fox_options INTERFACE -Wduplicated-cond -Wlogical-op -fstack-clash-protection)
  target_link_options(fox_options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(FOX_WERROR)
  target_compile_options(fox_options INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" OR CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(fox_options INTERFACE _FORTIFY_SOURCE=2)
endif()
if(FOX_SANITIZE)
  target_compile_options(fox_options INTERFACE -fsanitize=${FOX_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(fox_options INTERFACE -fsanitize=${FOX_SANITIZE})
  if(FOX_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(fox_options INTERFACE -Wno-tsan)
  endif()
  if(FOX_SANITIZE MATCHES "undefined" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(fox_options INTERFACE -fno-sanitize=function)
  endif()
endif()
find_program(FOX_LLD ld.lld)
if(FOX_LLD AND NOT CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  target_link_options(fox_options INTERFACE -fuse-ld=lld)
endif()

# Boost is compiled once, in the module that owns it (runtime: Asio and Beast; json: Boost.JSON).
add_library(fox_boost INTERFACE)
target_link_libraries(fox_boost INTERFACE Boost::headers)
target_compile_definitions(fox_boost INTERFACE BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_JSON_NO_LIB BOOST_ALL_NO_LIB)
