// The floor of the reaction benchmark: a bare libmosquitto client that sends back what it hears,
// with no hub in between.
#include <cstdio>
#include <cstdlib>

#include <mosquitto.h>

namespace {
void connected(mosquitto* client, void*, int) {
    mosquitto_subscribe(client, nullptr, "bench/in", 0);
    std::puts("ready");
    std::fflush(stdout);
}
void heard(mosquitto* client, void*, const mosquitto_message* message) {
    mosquitto_publish(client, nullptr, "bench/out", message->payloadlen, message->payload, 0,
                      false);
}
}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    mosquitto_lib_init();
    mosquitto* client = mosquitto_new("bench-echo", true, nullptr);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_connect_callback_set(client, connected);
    mosquitto_message_callback_set(client, heard);
    if (mosquitto_connect(client, "127.0.0.1", std::atoi(argv[1]), 600) != MOSQ_ERR_SUCCESS)
        return 1;
    return mosquitto_loop_forever(client, 1000, 1) == MOSQ_ERR_SUCCESS ? 0 : 1;
}
