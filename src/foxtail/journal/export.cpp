#include "foxtail/journal/export.hpp"

#include "foxtail/journal/base64.hpp"

namespace foxtail::ledger {
namespace {

void append_bytes(std::string& out, std::string_view bytes) {
    out += '"';
    append_base64(out, bytes);
    out += '"';
}

}  // namespace

void append_header_line(std::string& out, std::string_view origin) {
    out += "{\"foxtail_ledger\":1,\"origin\":";
    append_json_string(out, origin);
    out += "}\n";
}

void append_checkpoint_line(std::string& out, std::string_view note) {
    out += "{\"checkpoint\":";
    append_json_string(out, note);
    out += "}\n";
}

void append_hashes_line(std::string& out, std::uint64_t from, std::span<const Hash> hashes,
                        std::span<const Seq> seqs) {
    out += "{\"from\":" + std::to_string(from) + ",\"hashes\":";
    append_bytes(out, {reinterpret_cast<const char*>(hashes.data()), hashes.size_bytes()});
    out += ",\"seqs\":[";
    for (std::size_t i = 0; i < seqs.size(); ++i) {
        if (i > 0) out += ',';
        out += std::to_string(seqs[i]);
    }
    out += "]}\n";
}

void append_hidden_leaf_line(std::string& out, const Hash& hash) {
    out += "{\"leaf_hash\":";
    append_bytes(out, bytes_of(hash));
    out += "}\n";
}

void append_body_line(std::string& out, Seq seq, std::string_view salt, std::string_view body) {
    out += "{\"body\":";
    append_json_string(out, body);
    out += ",\"salt\":";
    append_bytes(out, salt);
    out += ",\"seq\":" + std::to_string(seq) + "}\n";
}

void append_block_line(std::string& out, std::uint64_t leaf, std::string_view salt,
                       std::string_view text) {
    out += "{\"block\":";
    append_json_string(out, text);
    out += ",\"leaf\":" + std::to_string(leaf) + ",\"salt\":";
    append_bytes(out, salt);
    out += "}\n";
}

void append_hidden_block_line(std::string& out, std::uint64_t leaf, const Hash& hash) {
    out += "{\"hidden\":";
    append_bytes(out, bytes_of(hash));
    out += ",\"leaf\":" + std::to_string(leaf) + "}\n";
}

void append_end_line(std::string& out, const ExportCounts& counts) {
    out += "{\"end\":{\"blocks\":" + std::to_string(counts.blocks) +
           ",\"bodies\":" + std::to_string(counts.bodies) +
           ",\"checkpoints\":" + std::to_string(counts.checkpoints) +
           ",\"leaves\":" + std::to_string(counts.leaves) + "}}\n";
}

}  // namespace foxtail::ledger
