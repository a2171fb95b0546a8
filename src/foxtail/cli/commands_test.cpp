#include "foxtail/cli/commands.hpp"

#include "foxtail/cli/asking_testing.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace foxtail::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr const char* lamp =
    R"({"id":"urn:foxtail:Home:hall-lamp","title":"Hall lamp","fox:kind":"device","fox:place":"Hall","fox:maker":"IKEA",
        "properties":{"on":{"type":"boolean","readOnly":false},"brightness":{"type":"integer","unit":"%","readOnly":false},
                      "power":{"type":"number","unit":"W","readOnly":true}},
        "actions":{"blink":{},"fade":{"input":{"type":"number","unit":"s"}}},"events":{}})";
constexpr const char* lamp_readings =
    R"({"readings":[{"address":"hall-lamp/on","value":true,"quality":"good","time":"2026-11-22T11:58:00Z",
                     "received":"2026-11-22T11:59:30Z","seq":7,"wanted":{"value":false,"command":9,"status":"pending"}},
                    {"address":"hall-lamp/power","value":4.5,"quality":"stale","time":"2026-11-22T09:00:00Z",
                     "received":"2026-11-22T09:00:00Z","seq":3,"unit":"W"}]})";

using Cli = AskingCli;

TEST_F(Cli, ThingsAreListedWithWhenTheyWereHeard) {
    hub.answers("GET /things", std::string("[") + lamp + "]");
    hub.answers("GET /readings", lamp_readings);
    EXPECT_EQ(run({"things"}), 0) << line.err();
    EXPECT_EQ(line.out(),
              "THING      TITLE      KIND    PLACE  HEARD  STATE\n"
              "hall-lamp  Hall lamp  device  Hall    30 s\n");
}

TEST_F(Cli, ThingsAreFiltered) {
    hub.answers("GET /things", std::string("[") + lamp + "]");
    hub.answers("GET /readings", lamp_readings);
    EXPECT_EQ(run({"things", "--place", "kitchen"}), 0);
    EXPECT_EQ(line.out(), "Nothing fits.\n");
    EXPECT_EQ(run({"things", "ikea", "--kind", "device", "--json"}), 0);
    EXPECT_THAT(line.out(), HasSubstr("urn:foxtail:Home:hall-lamp"));
    EXPECT_EQ(run({"things", "--kind", "nonsense"}), 2);
}

TEST_F(Cli, AThingIsShownWithAllThatIsKnown) {
    hub.answers("GET /things/hall-lamp", lamp);
    hub.answers("GET /readings?thing=hall-lamp", lamp_readings);
    EXPECT_EQ(run({"get", "hall-lamp"}), 0) << line.err();
    EXPECT_EQ(line.out(),
              "Hall lamp  device, Hall, IKEA\n"
              "PROPERTY    VALUE      AGE  SET  NOTE\n"
              "on          true     2 min  yes  wanted false: pending\n"
              "brightness  unknown         yes\n"
              "power       4.5 W      3 h       stale\n"
              "Actions: blink, fade\n");
}

TEST_F(Cli, APropertyIsShownInOneLine) {
    hub.answers(
        "GET /readings?address=hall-lamp%2Fpower",
        R"({"readings":[{"address":"hall-lamp/power","value":4.5,"quality":"stale","time":"2026-11-22T09:00:00Z","seq":3,"unit":"W"}]})");
    EXPECT_EQ(run({"get", "hall-lamp/power"}), 0) << line.err();
    EXPECT_EQ(line.out(), "4.5 W  3 h ago  stale\n");
    EXPECT_EQ(run({"get", "hall-lamp/power", "--value"}), 0);
    EXPECT_EQ(line.out(), "4.5\n");
    EXPECT_EQ(run({"get", "hall-lamp/nothing"}), 1);
    EXPECT_EQ(line.err(), "foxtail: no such thing\n");
}

TEST_F(Cli, SettingWaitsForTheEndAndTellsIt) {
    hub.answers("GET /things/hall-lamp", lamp);
    hub.answers("PUT /things/hall-lamp/properties/on", "", 204, {{"Foxtail-Command", "42"}});
    hub.answers("GET /commands/42", R"({"seq":42,"status":"pending","detail":""})");
    hub.answers("GET /commands/42", R"({"seq":42,"status":"sent","detail":""})");
    hub.answers("GET /commands/42", R"({"seq":42,"status":"confirmed","detail":""})");
    EXPECT_EQ(run({"set", "hall-lamp/on", "on", "--wait"}), 0) << line.err();
    EXPECT_EQ(line.out(), "hall-lamp/on true: confirmed (command 42)\n");
    EXPECT_EQ(line.fake.pauses, 2);
    EXPECT_EQ(hub.asked()[1], "PUT /things/hall-lamp/properties/on true");
}

TEST_F(Cli, ACommandThatEndsOtherwiseIsAFailure) {
    hub.answers("GET /things/hall-lamp", lamp);
    hub.answers("PUT /things/hall-lamp/properties/brightness", "", 204,
                {{"Foxtail-Command", "43"}});
    hub.answers("GET /commands/43",
                R"({"seq":43,"status":"timed_out","detail":"no answer within 10s"})");
    EXPECT_EQ(run({"set", "hall-lamp/brightness", "50%", "-w"}), 1);
    EXPECT_EQ(line.out(),
              "hall-lamp/brightness 50%: timed out, no answer within 10s (command 43)\n");
}

TEST_F(Cli, WhatCannotBeSetIsMisuseAndIsNeverSent) {
    hub.answers("GET /things/hall-lamp", lamp);
    EXPECT_EQ(run({"set", "hall-lamp/on", "perhaps"}), 2);
    EXPECT_EQ(run({"set", "hall-lamp/power", "5"}), 2);
    EXPECT_THAT(line.err(), HasSubstr("cannot be set"));
    EXPECT_EQ(run({"set", "hall-lamp/brightnes", "5"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("did you mean brightness?"));
    EXPECT_EQ(run({"set", "hall-lamp", "5"}), 2);
    EXPECT_EQ(run({"set", "hall-lamp/on"}), 2);
    for (const auto& request : hub.asked()) EXPECT_THAT(request, Not(HasSubstr("PUT")));
}

TEST_F(Cli, AThingThatIsNotThereBringsToMindOnesThatAre) {
    hub.answers("GET /things", std::string("[") + lamp + "]");
    EXPECT_EQ(run({"get", "hall-lmp"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("did you mean hall-lamp?"));
    EXPECT_EQ(run({"set", "hall-lmp/on", "true"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("did you mean hall-lamp?"));
}

TEST_F(Cli, ANegativeNumberIsAValueAndNoOption) {
    hub.answers("GET /things/hall-lamp", lamp);
    hub.answers("PUT /things/hall-lamp/properties/brightness", "", 204,
                {{"Foxtail-Command", "44"}});
    EXPECT_EQ(run({"set", "hall-lamp/brightness", "-5"}), 0) << line.err();
    EXPECT_EQ(hub.asked().back(), "PUT /things/hall-lamp/properties/brightness -5");
    EXPECT_EQ(line.out(), "hall-lamp/brightness -5%: asked (command 44)\n");
    EXPECT_EQ(run({"set", "hall-lamp/brightness", "5", "--nonsense"}), 2);
}

TEST_F(Cli, ActionsTakeTheirInput) {
    hub.answers("GET /things/hall-lamp", lamp);
    hub.answers("POST /things/hall-lamp/actions/fade",
                R"({"status":"pending","href":"/commands/45"})", 201, {{"Foxtail-Command", "45"}});
    EXPECT_EQ(run({"act", "hall-lamp", "fade", "2min"}), 0) << line.err();
    EXPECT_EQ(hub.asked().back(), "POST /things/hall-lamp/actions/fade 120.0");
    EXPECT_EQ(run({"act", "hall-lamp", "blink", "5"}), 2);
    EXPECT_EQ(run({"act", "hall-lamp", "explode"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("there are blink, fade"));
}

TEST_F(Cli, WhyTellsTheChainFromTheNewestToTheRoot) {
    hub.answers("GET /readings?address=hall-lamp%2Fon", lamp_readings);
    hub.answers("GET /why/7", R"({"seq":7,"chain":[
        {"seq":7,"time":"2026-11-22T11:58:00Z","cause":6,"sentence":"Hall lamp on is true"},
        {"seq":6,"time":"2026-11-22T11:57:59Z","cause":5,"sentence":"Rule 'evening' ran"},
        {"seq":5,"time":"2026-11-22T11:57:59Z","cause":null,"sentence":"Hall motion is true"}]})");
    EXPECT_EQ(run({"why", "hall-lamp/on"}), 0) << line.err();
    EXPECT_EQ(line.out(),
              "Hall lamp on is true  11:58:00  #7\n"
              "└ because Rule 'evening' ran  11:57:59  #6\n"
              "  └ because Hall motion is true  11:57:59  #5\n");
}

TEST_F(Cli, WhySaysWhatThePlanSaysThatLedThere) {
    hub.answers("GET /why/8", R"({"seq":8,"chain":[
        {"seq":8,"time":"2026-11-22T11:58:00Z","cause":7,"sentence":"Box limit is to be 16 A"},
        {"seq":7,"time":"2026-11-22T11:57:59Z","cause":null,"sentence":"Plan is told"}],
        "plan":{"record":7,"version":41,"made":"2026-11-22T11:57:59Z","because":"leaf was plugged in",
         "inputs":"/plan/versions/41","guessed":["the sun: nothing is known of it yet"],"device":"leaf",
         "slot":{"from":"2026-11-22T11:45:00Z","until":"2026-11-22T12:00:00Z","kw":11,"intent":"charge",
          "code":"CHEAP_SLOT","sentence":"Charges at 11.0 kW: power is cheap."},
         "goal":{"who":"anna","what":"80 % by 07:00","due":"2026-11-23T06:00:00Z","state":"met"}}})");
    EXPECT_EQ(run({"why", "8"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("leaf: Charges at 11.0 kW: power is cheap. (CHEAP_SLOT)"));
    EXPECT_THAT(line.out(), HasSubstr("goal: anna: 80 % by 07:00, due "));
    EXPECT_THAT(line.out(), HasSubstr("plan 41, made "));
    EXPECT_THAT(line.out(), HasSubstr("its inputs: /plan/versions/41"));
    EXPECT_THAT(line.out(), HasSubstr("guessed: the sun: nothing is known of it yet"));
}

TEST_F(Cli, WhyOfAThingIsWhatWasDoneWithItRatherThanThatItSpokeUp) {
    hub.answers("GET /journal?limit=20&thing=hall-lamp",
                R"({"records":[{"seq":9,"kind":"thing_told"},{"seq":8,"kind":"command_ended"}]})");
    hub.answers("GET /journal?limit=20&thing=new-lamp",
                R"({"records":[{"seq":4,"kind":"thing_told"}]})");
    const auto chain = [](const char* seq, const char* sentence) {
        return std::string(R"({"seq":)") + seq + R"(,"chain":[{"seq":)" + seq +
               R"(,"time":"2026-11-22T11:58:00Z","cause":null,"sentence":")" + sentence + R"("}]})";
    };
    hub.answers("GET /why/8", chain("8", "Hall lamp did it"));
    hub.answers("GET /why/4", chain("4", "New lamp was announced"));
    EXPECT_EQ(run({"why", "hall-lamp"}), 0) << line.err();
    EXPECT_EQ(line.out(), "Hall lamp did it  11:58:00  #8\n");
    EXPECT_EQ(run({"why", "new-lamp"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("New lamp was announced"));
}

TEST_F(Cli, HistoryAsksForTheSpanAndDrawsIt) {
    hub.answers("GET /history",
                R"({"address":"a/b","unit":"Cel","type":"number","from":"","to":"","points":[
        [1795305600000,20.0,22.0,21.0,21.5,60],[1795309200000,21.0,21.0,21.0,21.0,1]]})");
    EXPECT_EQ(run({"history", "a/b", "--from", "2026-11-22", "--points", "2"}), 0) << line.err();
    EXPECT_THAT(hub.asked().back(),
                HasSubstr("from=2026-11-22T00%3A00%3A00Z&to=2026-11-22T12%3A00%3A00Z&points=320"));
    EXPECT_THAT(line.out(),
                AllOf(HasSubstr("█"), HasSubstr("LAST [°C]"),
                      HasSubstr("2026-11-22 00:00:00   20    21   22       21.5        60")));
    EXPECT_EQ(run({"history", "a/b", "--from", "1h", "--to", "2h"}), 2);
    EXPECT_EQ(run({"history", "a/b", "--points", "0"}), 2);
}

TEST_F(Cli, GivingPrintsTheTokenAloneOnStandardOutput) {
    hub.answers("POST /grants", R"({"id":77,"token":"fox_abc"})", 201);
    EXPECT_EQ(run({"grants", "give", "sitter", "--address", "hall-lamp/*", "--verb", "read",
                   "--verb", "set", "--until", "48h"}),
              0)
        << line.err();
    EXPECT_EQ(line.out(), "fox_abc\n");
    EXPECT_EQ(
        hub.asked().back(),
        R"(POST /grants {"subject_name":"sitter","addresses":["hall-lamp/*"],"verbs":["read","set"],"until":"2026-11-24T12:00:00Z"})");
    EXPECT_EQ(run({"grants", "give", "sitter", "--address", "*", "--verb", "read", "--key",
                   "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"}),
              0)
        << line.err();
    EXPECT_EQ(
        hub.asked().back(),
        R"(POST /grants {"subject_name":"sitter","addresses":["*"],"verbs":["read"],"key":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"})");
    hub.answers("DELETE /grants/77", "", 204);
    EXPECT_EQ(run({"grants", "end", "77"}), 0) << line.err();
    EXPECT_EQ(run({"grants", "give", "sitter"}), 2);
}

TEST_F(Cli, TheDeskIsToldInSentences) {
    hub.answers(
        "GET /desk",
        R"({"closed":{"grant":9,"since":"2026-11-21T00:00:00Z","until":null},"grants":[{"id":77,"sentence":"participant:insurer may see Car, until 2027-11-22."}],
            "onlookers":[{"subject":"participant:insurer","sees":[{"address":"car/trip","precision":"the sum of each 30 days","because":"granted"}]}],
            "looks":[{"subject":"participant:insurer","how":"history","count":3,"until":"2026-11-21T00:00:00Z","addresses":["car/trip"],"grant":77,"purpose":"tariff"},
                     {"subject":"owner:anna","how":"read","count":1,"until":"2026-11-21T00:00:00Z","addresses":["a/1","a/2","a/3","a/4","a/5","a/6","a/7"],"grant":78}]})");
    EXPECT_EQ(run({"desk"}), 0) << line.err();
    EXPECT_THAT(line.out(), AllOf(HasSubstr("Closed: nobody else"),
                                  HasSubstr("77  participant:insurer may see Car, until"),
                                  HasSubstr("the sum of each 30 days")));
    EXPECT_EQ(run({"desk", "looks"}), 0) << line.err();
    EXPECT_THAT(line.out(),
                AllOf(HasSubstr("history"), HasSubstr("car/trip"), HasSubstr("tariff")));
    EXPECT_THAT(line.out(), HasSubstr("a/1, a/2, a/3, a/4, a/5 +2"));
    hub.answers("PUT /desk/privacy", R"({"closed":true,"effective_seq":88,"streams_closed":2})");
    EXPECT_EQ(run({"desk", "close", "--until", "8h"}), 0) << line.err();
    EXPECT_EQ(hub.asked().back(),
              R"(PUT /desk/privacy {"closed":true,"until":"2026-11-22T20:00:00Z"})");
    EXPECT_EQ(line.out(), "Nobody else may look or control, as of record 88; streams closed: 2.\n");
    EXPECT_EQ(run({"desk", "--as", "anna"}), 2) << "without a passphrase";
}

TEST_F(Cli, WhatIsToBeErasedSinceGrantsEndedIsListedWithItsState) {
    const std::string erasures =
        R"("erasures":[
            {"grant":7,"subject":"participant:insurer","addresses":["car/trip"],"erase_by":"2027-01-01T00:00:00Z","state":"overdue","done":null},
            {"grant":8,"subject":"token:a","addresses":["b/*"],"erase_by":"2027-01-02T00:00:00Z","state":"done","done":"2026-12-24T00:00:00Z"}]})";
    hub.answers("GET /grants", R"({"grants":[],)" + erasures);
    hub.answers("GET /desk", R"({"grants":[],"onlookers":[],)" + erasures);
    for (const char* command : {"grants", "desk"}) {
        EXPECT_EQ(run({command}), 0) << line.err();
        EXPECT_THAT(line.out(), AllOf(HasSubstr("participant:insurer"), HasSubstr("2027-01-01"),
                                      HasSubstr("not acknowledged"),
                                      HasSubstr("erased, they said 2026-12-24")));
    }
    hub.answers("DELETE /grants/9", R"({"effective_seq":9,"erase_by":"2027-03-01T00:00:00Z"})");
    EXPECT_EQ(run({"grants", "end", "9"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("to be erased by 2027-03-01"));
}

TEST_F(Cli, AnExportIsFollowedToItsEnd) {
    const TestFolder folder;
    hub.answers("GET /export?about=me&format=csv", "a\r\n", 200,
                {{"Link", "</export?about=me&format=csv&cursor=1.1>; rel=\"next\""}});
    hub.answers("GET /export?about=me&format=csv&cursor=1.1", "b\r\n");
    EXPECT_EQ(run({"desk", "export", folder / "mine.csv"}), 0) << line.err();
    std::ifstream in(folder / "mine.csv", std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "a\r\nb\r\n");
    EXPECT_EQ(run({"desk", "export", folder / "no/such/folder"}), 1);
}

TEST_F(Cli, AGrantIsNarrowed) {
    hub.answers("PUT /grants/77", R"({"id":78,"instead_of":77})");
    EXPECT_EQ(run({"grants", "narrow", "77", "--address", "car/trip", "--until", "48h"}), 0)
        << line.err();
    EXPECT_EQ(hub.asked().back(),
              R"(PUT /grants/77 {"addresses":["car/trip"],"until":"2026-11-24T12:00:00Z"})");
    EXPECT_EQ(line.out(), "Grant 78 holds in place of 77, with the same token.\n");
    EXPECT_EQ(run({"grants", "narrow", "77"}), 2);
}

TEST_F(Cli, GrantsThatWaitSinceARestoreAreConfirmedByNumberOrAll) {
    hub.answers("GET /grants",
                R"({"grants":[{"id":7,"subject":"token:a","suspended":true,"until":null},
                              {"id":8,"subject":"token:b","until":null}]})");
    hub.answers("POST /grants/7/confirm", "", 204);
    EXPECT_EQ(run({"grants"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("to be confirmed"));
    EXPECT_EQ(run({"grants", "confirm", "--all"}), 0) << line.err();
    EXPECT_EQ(line.out(), "Grant 7 holds again.\n");
    EXPECT_EQ(run({"grants", "confirm", "7"}), 0) << line.err();
    EXPECT_EQ(run({"grants", "confirm"}), 2);
}

TEST_F(Cli, WhatWaitsForAPersonIsListedAndAnswered) {
    hub.answers("GET /commands", R"({"waiting":[]})");
    EXPECT_EQ(run({"wishes"}), 0) << line.err();
    EXPECT_EQ(line.out(), "Nothing waits for a person.\n");
    hub.answers("GET /commands",
                R"({"waiting":[{"seq":12,"address":"door/locked","run":false,"value":false,
                    "asked_by":"agent:butler","on_behalf_of":["owner:anna"],"grant":7,
                    "purpose":"parcels","asked_at":"2026-11-22T11:59:00Z",
                    "until":"2026-11-22T12:09:00Z","to_answer":true},
                    {"seq":14,"address":"door/locked","run":false,"value":false,
                    "asked_by":"rule:welcome","set_off_by":"agent:cook","on_behalf_of":[],
                    "grant":0,"purpose":"","asked_at":"2026-11-22T11:59:00Z",
                    "until":"2026-11-22T12:09:00Z","to_answer":true}]})");
    EXPECT_EQ(run({"wishes"}), 0) << line.err();
    EXPECT_EQ(run({"wishes"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("rule:welcome (set off by agent:cook)"));
    EXPECT_THAT(line.out(), AllOf(HasSubstr("12"), HasSubstr("agent:butler"),
                                  HasSubstr("door/locked = false"), HasSubstr("parcels")));
    hub.answers("POST /commands/12/confirm", "", 204);
    EXPECT_EQ(run({"wishes", "confirm", "12"}), 0) << line.err();
    EXPECT_EQ(line.out(), "Command 12 is confirmed.\n");
    hub.answers("POST /commands/12/refuse", "", 204);
    EXPECT_EQ(run({"wishes", "refuse", "12"}), 0) << line.err();
    EXPECT_EQ(run({"wishes", "confirm", "13"}), 1);
    EXPECT_EQ(run({"wishes", "confirm"}), 2);
}

TEST_F(Cli, PeopleAreInvitedListedAndLetGo) {
    hub.answers("POST /subjects/invitations",
                R"({"id":12,"link":"http://h/#invite=abc","code":"abc",
                    "expires":"2026-11-25T12:00:00Z"})",
                201);
    EXPECT_EQ(run({"people", "invite", "oma", "--kind", "guest", "--until", "48h"}), 0)
        << line.err();
    EXPECT_EQ(line.out(), "http://h/#invite=abc\n") << "the link alone";
    EXPECT_EQ(
        hub.asked().back(),
        R"(POST /subjects/invitations {"kind":"guest","name":"oma","until":"2026-11-24T12:00:00Z"})");
    EXPECT_EQ(run({"people", "invite", "oma", "--kind", "owner"}), 2);
    hub.answers("GET /subjects",
                R"({"subjects":[{"name":"hub","kind":"hub"},
                                {"name":"owner:anna","kind":"owner"},
                                {"name":"resident:ben","kind":"resident"},
                                {"name":"guest:eve","kind":"guest","left":true}]})");
    hub.answers("GET /subjects/invitations",
                R"({"invitations":[{"id":12,"subject":"guest:oma","kind":"guest",
                                    "by":"owner:anna","expires":"2026-11-25T12:00:00Z"}]})");
    EXPECT_EQ(run({"people"}), 0) << line.err();
    EXPECT_THAT(line.out(),
                AllOf(HasSubstr("owner:anna"), HasSubstr("resident:ben"), HasSubstr("guest:oma"),
                      Not(HasSubstr("eve")), Not(HasSubstr("hub"))));
    hub.answers("DELETE /subjects/people/resident%3Aben", R"({"seq":5})");
    EXPECT_EQ(run({"people", "remove", "ben"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("resident:ben has moved out"));
    hub.answers("DELETE /subjects/invitations/12", "", 204);
    EXPECT_EQ(run({"people", "withdraw", "12"}), 0) << line.err();
}

TEST_F(Cli, TheCertificateOfTakingBackIsWrittenAsTheHubSignedIt) {
    hub.answers("DELETE /grants/77", R"({"effective_seq":9,"certificate":"a\nb\n"})");
    EXPECT_EQ(run({"grants", "revoke", "77", "--certificate", "-"}), 0) << line.err();
    EXPECT_EQ(line.out(), "a\nb\n");
    hub.answers("DELETE /grants/78", R"({"effective_seq":9})");
    EXPECT_EQ(run({"grants", "revoke", "78", "--certificate", "-"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("taken back, but the hub certified nothing"));
    EXPECT_EQ(run({"grants", "end", "77", "--certificate", "/nowhere/file"}), 1);
}

TEST_F(Cli, TheReceiptOfAGrantIsWrittenAsTheHubSignedIt) {
    hub.answers("GET /grants/77/receipt?signed=true", "a\nb\n");
    EXPECT_EQ(run({"grants", "receipt", "77"}), 0) << line.err();
    EXPECT_EQ(line.out(), "a\nb\n");
    EXPECT_EQ(run({"grants", "receipt", "78"}), 1) << "there is none";
}

TEST_F(Cli, GrantsAndRulesAreListed) {
    hub.answers(
        "GET /grants",
        R"({"grants":[{"id":77,"subject":"token:sitter","addresses":["hall-lamp/*"],"verbs":["read"],"until":"2026-11-21T00:00:00Z","purpose":"a week"}]})");
    EXPECT_EQ(run({"grants"}), 0) << line.err();
    EXPECT_THAT(line.out(),
                AllOf(HasSubstr("token:sitter"), HasSubstr("2026-11-21 00:00:00 (over)")));
    hub.answers(
        "GET /rules",
        R"({"rules":[{"id":"evening","title":"Evening","enabled":true,"trigger_text":"hall/occupancy becomes true",
        "action_text":"set hall-lamp/on","source_file":"rules.yaml","line":3,"runs":2,
        "last_runs":[{"seq":8,"time":"2026-11-22T11:00:00Z","outcome":"ran","detail":"because","cause":7}]}]})");
    EXPECT_EQ(run({"rules"}), 0) << line.err();
    EXPECT_THAT(line.out(), HasSubstr("evening  Evening  hall/occupancy becomes true     2   1 h"));
    EXPECT_EQ(run({"rules", "show", "evening"}), 0) << line.err();
    EXPECT_THAT(line.out(), AllOf(HasSubstr("rules.yaml:3"), HasSubstr("11:00:00")));
    EXPECT_EQ(run({"rules", "show", "evenin"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("did you mean evening?"));
}

TEST_F(Cli, WatchingTellsChangesAndEndsWhenTheTokenDoes) {
    hub.frames = {
        R"({"type":"hello","boot":"b","seq":0,"resumed":false})",
        R"({"type":"readings","seq":5,"readings":[]})",
        R"({"type":"readings","seq":6,"readings":[["hall-lamp/on",true,"good",1795348800000,6]]})"};
    EXPECT_EQ(run({"watch"}), 1);
    EXPECT_EQ(line.out(), "12:00:00  hall-lamp/on  true\n");
    EXPECT_THAT(line.err(), HasSubstr("does not know the token from FOXTAIL_TOKEN"));
}

TEST_F(Cli, TokensNeverAppearInMessages) {
    line.fake.environment["FOXTAIL_TOKEN"] = "another-secret";
    for (const auto& words :
         std::vector<std::vector<std::string>>{{"things"}, {"watch"}, {"system"}}) {
        EXPECT_EQ(run(words), 1);
        EXPECT_THAT(line.out() + line.err(),
                    AllOf(HasSubstr("does not know the token"), Not(HasSubstr("another-secret"))));
    }
    TestFolder folder;
    std::ofstream(folder / "t") << "two secret\nlines";
    EXPECT_EQ(run({"things", "--token-file", folder / "t"}), 2);
    EXPECT_THAT(line.err(), AllOf(HasSubstr("does not hold a token"), Not(HasSubstr("secret"))));
}

TEST_F(Cli, WithoutATokenItSaysWhereOneIsLookedFor) {
    line.fake.environment.clear();
    EXPECT_EQ(run({"things"}), 1);
    EXPECT_THAT(line.err(), AllOf(HasSubstr("wants a token"), HasSubstr("data/owner.token"),
                                  HasSubstr("--data")));
}

TEST_F(Cli, TheHouseholdsFolderHasTheToken) {
    TestFolder folder;
    std::ofstream(folder / "owner.token") << FakeHub::token << "\n";
    line.fake.environment["FOXTAIL_TOKEN"] = "what is told on the command line goes first";
    hub.answers("GET /rules", R"({"rules":[]})");
    EXPECT_EQ(run({"rules", "--data", folder.path}), 0) << line.err();
    line.fake.environment = {{"FOXTAIL_DATA", folder.path}};
    EXPECT_EQ(run({"rules"}), 0) << line.err();
    std::filesystem::create_directories(folder / "cache/foxtail-demo");
    std::filesystem::copy(folder / "owner.token", folder / "cache/foxtail-demo/owner.token");
    line.fake.environment = {{"XDG_CACHE_HOME", folder / "cache"}};
    EXPECT_EQ(run({"rules"}), 0) << line.err();
}

TEST(CliAlone, WhenNobodyAnswersItSaysWhatToDo) {
    CommandLine line;
    line.fake.environment["FOXTAIL_TOKEN"] = "x";
    EXPECT_EQ(line.run({"things", "--url", "http://127.0.0.1:1"}), 1);
    EXPECT_THAT(line.err(), AllOf(HasSubstr("no hub answers at http://127.0.0.1:1"),
                                  HasSubstr("foxtail demo")));
    EXPECT_EQ(line.run({"watch", "--url", "http://127.0.0.1:1"}), 1);
    EXPECT_THAT(line.err(), HasSubstr("no hub answers"));
    EXPECT_EQ(line.run({"things", "--url", "ftp://x"}), 2);
}

TEST(CliAlone, EveryCommandHasHelp) {
    CommandLine line;
    for (const auto& words : std::vector<std::vector<std::string>>{{"things"},
                                                                   {"get"},
                                                                   {"set"},
                                                                   {"act"},
                                                                   {"wishes"},
                                                                   {"wishes", "confirm"},
                                                                   {"wishes", "refuse"},
                                                                   {"watch"},
                                                                   {"history"},
                                                                   {"why"},
                                                                   {"rules"},
                                                                   {"rules", "show"},
                                                                   {"grants"},
                                                                   {"grants", "give"},
                                                                   {"grants", "end"},
                                                                   {"grants", "narrow"},
                                                                   {"desk"},
                                                                   {"desk", "looks"},
                                                                   {"desk", "close"},
                                                                   {"desk", "open"},
                                                                   {"desk", "export"},
                                                                   {"grants", "confirm"},
                                                                   {"people"},
                                                                   {"people", "invite"},
                                                                   {"people", "withdraw"},
                                                                   {"people", "remove"},
                                                                   {"chargers"},
                                                                   {"plan"},
                                                                   {"plan", "why"},
                                                                   {"plan", "what-if"},
                                                                   {"plan", "goal"},
                                                                   {"chargers", "accept"},
                                                                   {"problems"},
                                                                   {"system"},
                                                                   {"journal", "list"},
                                                                   {"journal", "verify"},
                                                                   {"journal", "export"},
                                                                   {"journal", "stat"},
                                                                   {"backup"},
                                                                   {"restore"},
                                                                   {"completion"}}) {
        auto with_help = words;
        with_help.push_back("--help");
        EXPECT_EQ(line.run(with_help), 0) << words.front();
        EXPECT_THAT(line.out(),
                    AllOf(HasSubstr("Examples:"), HasSubstr("  foxtail " + words.front())))
            << words.back();
    }
    EXPECT_EQ(line.run({"nonsense"}), 2);
    EXPECT_EQ(line.run({"journal"}), 2);
}

}  // namespace
}  // namespace foxtail::cli
