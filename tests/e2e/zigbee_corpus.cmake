# The corpus test's reader: feeds a bridge/devices file (tests/peers/zigbee_devices.mjs) to the format.
add_executable(zigbee_corpus ${CMAKE_CURRENT_LIST_DIR}/zigbee_corpus.cpp)
target_link_libraries(zigbee_corpus PRIVATE fox_mqtt)
