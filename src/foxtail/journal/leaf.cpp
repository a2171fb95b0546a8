#include "foxtail/journal/leaf.hpp"

#include "foxtail/base/utf8.hpp"
#include "foxtail/journal/base64.hpp"
#include "foxtail/journal/canonical.hpp"

#include <array>
#include <charconv>
#include <concepts>

namespace foxtail::ledger {
namespace {

constexpr std::string_view version_end = ",\"v\":1}";

template <std::integral T>
void append_number(std::string& out, T value) {
    std::array<char, 24> buffer{};
    out.append(buffer.data(),
               std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
}

void append_hash(std::string& out, const Hash& hash) {
    out += '"';
    append_base64(out, bytes_of(hash));
    out += '"';
}

Hash read_hash(CanonicalReader& in) {
    const auto hash = hash_from(in.bytes());
    if (!hash) in.refuse();
    return hash ? *hash : Hash{};
}

std::uint32_t read_index(CanonicalReader& in) {
    const auto number = in.number();
    if (number > 0xFFFF'FFFF) in.refuse();
    return static_cast<std::uint32_t>(number);
}

RecordLeaf read_record(CanonicalReader& in) {
    RecordLeaf leaf;
    in.expect("{\"actor\":");
    leaf.actor.index = read_index(in);
    in.expect(",\"body\":");
    leaf.body = read_hash(in);
    in.expect(",\"cause\":");
    leaf.cause = in.number();
    in.expect(",\"kind\":");
    leaf.kind = in.word();
    in.expect(",\"seq\":");
    leaf.seq = in.number();
    in.expect(",\"time\":");
    leaf.time.us = in.integer();
    in.expect(version_end);
    return leaf;
}

SegmentLeaf read_segment(CanonicalReader& in) {
    SegmentLeaf leaf;
    in.expect("{\"blocks\":");
    leaf.blocks = in.number();
    in.expect(",\"first\":");
    leaf.first = in.number();
    in.expect(",\"kind\":\"readings\",\"last\":");
    leaf.last = in.number();
    in.expect(",\"readings\":");
    leaf.readings = in.number();
    in.expect(",\"root\":");
    leaf.root = read_hash(in);
    in.expect(",\"time\":");
    leaf.time.us = in.integer();
    in.expect(version_end);
    return leaf;
}

KeyLeaf read_key(CanonicalReader& in) {
    KeyLeaf leaf;
    in.expect("{\"kind\":\"key\",\"note\":");
    leaf.note = in.string();
    in.expect(",\"time\":");
    leaf.time.us = in.integer();
    in.expect(version_end);
    return leaf;
}

}  // namespace

Hash commit(std::string_view salt, std::string_view body) {
    return sha256({salt, body});
}

void append_leaf(std::string& out, const RecordLeaf& leaf) {
    out += "{\"actor\":";
    append_number(out, leaf.actor.index);
    out += ",\"body\":";
    append_hash(out, leaf.body);
    out += ",\"cause\":";
    append_number(out, leaf.cause);
    out += ",\"kind\":\"";
    out += leaf.kind;
    out += "\",\"seq\":";
    append_number(out, leaf.seq);
    out += ",\"time\":";
    append_number(out, leaf.time.us);
    out += version_end;
}

void append_leaf(std::string& out, const SegmentLeaf& leaf) {
    out += "{\"blocks\":";
    append_number(out, leaf.blocks);
    out += ",\"first\":";
    append_number(out, leaf.first);
    out += ",\"kind\":\"readings\",\"last\":";
    append_number(out, leaf.last);
    out += ",\"readings\":";
    append_number(out, leaf.readings);
    out += ",\"root\":";
    append_hash(out, leaf.root);
    out += ",\"time\":";
    append_number(out, leaf.time.us);
    out += version_end;
}

void append_leaf(std::string& out, const KeyLeaf& leaf) {
    out += "{\"kind\":\"key\",\"note\":";
    append_json_string(out, leaf.note);
    out += ",\"time\":";
    append_number(out, leaf.time.us);
    out += version_end;
}

Result<Leaf> parse_leaf(std::string_view text) {
    CanonicalReader in(text);
    Leaf leaf;
    if (in.next_is("{\"actor\"")) {
        leaf = read_record(in);
    } else if (in.next_is("{\"blocks\"")) {
        leaf = read_segment(in);
    } else {
        leaf = read_key(in);
    }
    if (!in.at_end() || !valid_utf8(text)) return fail(Code::invalid_input, "not a leaf");
    return leaf;
}

BlockText::BlockText(std::string& out, PropertyId property) : out_(out) {
    out_ += "{\"property\":";
    append_number(out_, property.index);
    out_ += ",\"readings\":[";
}

void BlockText::add(Seq seq, Time time, SubjectId actor, Seq cause, const Reading& reading) {
    out_ += first_ ? "[" : ",[";
    first_ = false;
    append_number(out_, seq - seq_);
    out_ += ',';
    append_number(out_, time.us / 1000 - ms_);
    out_ += ',';
    append_json(out_, reading.value);
    seq_ = seq;
    ms_ = time.us / 1000;
    const bool known = reading.source_time.known();
    const auto ahead = known ? (reading.source_time - time).us : 0;
    const bool others = actor != actor_ || cause != cause_ || reading.quality != quality_;
    if (others || known != source_known_ || ahead != ahead_us_) {
        out_ += ',';
        if (known) {
            append_number(out_, ahead);
        } else {
            out_ += "null";
        }
    }
    source_known_ = known;
    ahead_us_ = ahead;
    if (others) {
        out_ += ',';
        append_number(out_, actor.index);
        out_ += ',';
        append_number(out_, cause);
        out_ += ",\"";
        out_ += name(reading.quality);
        out_ += '"';
        actor_ = actor;
        cause_ = cause;
        quality_ = reading.quality;
    }
    out_ += ']';
}

void BlockText::end() {
    out_ += "]}";
}

Hash block_leaf(std::string_view salt, std::string_view text) {
    return hash_leaf({salt, text});
}

Result<Block> parse_block(std::string_view text) {
    CanonicalReader in(text);
    Block out;
    in.expect("{\"property\":");
    out.property.index = read_index(in);
    in.expect(",\"readings\":[");
    Seq seq = 0;
    while (in.ok()) {
        in.expect("[");
        seq += in.number();
        out.readings.push_back(seq);
        in.expect(",");
        (void)in.integer();
        in.expect(",");
        (void)in.value();
        if (in.accept(",") && !in.accept("null")) (void)in.integer();
        if (in.accept(",")) {
            (void)in.number();
            in.expect(",");
            (void)in.number();
            in.expect(",");
            (void)in.word();
        }
        in.expect("]");
        if (!in.accept(",")) break;
    }
    in.expect("]}");
    if (!in.at_end() || !valid_utf8(text)) return fail(Code::invalid_input, "not a block");
    return out;
}

}  // namespace foxtail::ledger
