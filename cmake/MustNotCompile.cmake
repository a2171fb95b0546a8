# What must not compile. Each snippet is compiled twice: as it stands it must pass (so that a failure has the right
# reason), and with FOX_FORBIDDEN it must fail with the message given.
function(fox_must_not_compile module name message)
  set(compile ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -I${PROJECT_SOURCE_DIR}/src -DBOOST_ASIO_SEPARATE_COMPILATION
      ${CMAKE_CURRENT_SOURCE_DIR}/${name}.cpp)
  add_test(NAME ${module}.compiles.${name} COMMAND ${compile})
  add_test(NAME ${module}.must_not_compile.${name} COMMAND ${compile} -DFOX_FORBIDDEN)
  set_tests_properties(${module}.must_not_compile.${name} PROPERTIES PASS_REGULAR_EXPRESSION "${message}")
endfunction()
