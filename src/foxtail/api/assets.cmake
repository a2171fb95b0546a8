# Files that stand in the binary: the page (built by node from web/) and the OpenAPI document.
#   FOX_PAGE=ON   builds the page and embeds it: needs node, and npm unless web/dist is there already
#   FOX_PAGE=OFF  embeds nothing; the API works without its page
find_program(FOX_NODE node)
find_program(FOX_NPM npm)
set(fox_web ${PROJECT_SOURCE_DIR}/web)
set(fox_page_default OFF)
if(FOX_NODE AND EXISTS ${fox_web}/embed.mjs AND (FOX_NPM OR EXISTS ${fox_web}/dist/index.html.gz))
  set(fox_page_default ON)
endif()
option(FOX_PAGE "Build the page and embed it" ${fox_page_default})

function(fox_api_generated target)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/generated)
  file(MAKE_DIRECTORY ${out})

  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/openapi.json)
  file(READ ${CMAKE_CURRENT_SOURCE_DIR}/openapi.json openapi_json)
  file(CONFIGURE OUTPUT ${out}/openapi.cpp @ONLY CONTENT [[
// Made from openapi.json by assets.cmake; not to be edited.
#include "foxtail/api/assets.hpp"

namespace foxtail::api {

// The standard asks for 65,536 bytes at least; our compilers take far more.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
std::string_view openapi_json() {
    static constexpr std::string_view text = R"openapi(@openapi_json@)openapi";
    return text;
}
#pragma GCC diagnostic pop

}  // namespace foxtail::api
]])

  if(FOX_PAGE)
    file(GLOB_RECURSE page_sources CONFIGURE_DEPENDS ${fox_web}/src/* ${fox_web}/static/*)
    add_custom_command(OUTPUT ${out}/page.cpp
      COMMAND ${CMAKE_COMMAND} -DWEB=${fox_web} -DOUT=${out}/page.cpp -DNODE=${FOX_NODE} -DNPM=${FOX_NPM}
        -P ${CMAKE_CURRENT_SOURCE_DIR}/page.cmake
      DEPENDS ${page_sources} ${fox_web}/build.mjs ${fox_web}/embed.mjs ${fox_web}/package-lock.json
        ${CMAKE_CURRENT_SOURCE_DIR}/page.cmake
      COMMENT "Building the page" VERBATIM)
  else()
    file(WRITE ${out}/page.cpp.new "#include \"foxtail/api/assets.hpp\"\n\nnamespace foxtail::api {\nstd::span<const Asset> assets() { return {}; }\n}  // namespace foxtail::api\n")
    file(COPY_FILE ${out}/page.cpp.new ${out}/page.cpp ONLY_IF_DIFFERENT)
  endif()
  target_sources(${target} PRIVATE ${out}/openapi.cpp ${out}/page.cpp)
endfunction()
