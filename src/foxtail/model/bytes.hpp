#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/model/thing.hpp"
#include "foxtail/model/value.hpp"

namespace foxtail {

/// The model in bytes, for snapshots and journal batches. What an enumeration does not have, or
/// what cannot be, makes in.ok() false; read_* give nothing sensible from then on.
void write(ByteWriter& out, const Value& value);
[[nodiscard]] Value read_value(ByteReader& in);
/// Within some 100,000 years of 1970, so that differences of what was read do not overflow; else
/// in.ok() is false.
[[nodiscard]] Time read_time(ByteReader& in);
[[nodiscard]] Duration read_duration(ByteReader& in);
void write(ByteWriter& out, const PropertySpec& spec);
[[nodiscard]] PropertySpec read_property_spec(ByteReader& in);
void write(ByteWriter& out, const ThingSpec& spec);
[[nodiscard]] ThingSpec read_thing_spec(ByteReader& in);

}  // namespace foxtail
