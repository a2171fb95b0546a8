#include "foxtail/base/assert.hpp"
#include "foxtail/connectors/calendar/caldav_xml.hpp"

#include <cstdint>

// Whatever a server answers is read or refused; what is made of it is one calendar.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    using namespace foxtail;
    const auto told = calendar::read_multistatus({reinterpret_cast<const char*>(bytes), size});
    if (!told) return 0;
    const auto text = calendar::one_calendar(*told);
    FOX_ASSERT(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"),
               "one calendar");
    return 0;
}
