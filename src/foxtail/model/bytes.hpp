#pragma once

#include "foxtail/base/bytes.hpp"
#include "foxtail/model/thing.hpp"
#include "foxtail/model/value.hpp"

namespace foxtail {

/// The model in bytes, for snapshots and journal batches. read_* give nothing sensible once in.ok() is false.
void write(ByteWriter& out, const Value& value);
[[nodiscard]] Value read_value(ByteReader& in);
void write(ByteWriter& out, const PropertySpec& spec);
[[nodiscard]] PropertySpec read_property_spec(ByteReader& in);
void write(ByteWriter& out, const ThingSpec& spec);
[[nodiscard]] ThingSpec read_thing_spec(ByteReader& in);

}  // namespace foxtail
