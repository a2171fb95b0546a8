#include "foxtail/store/sqlite/column.hpp"

#include <algorithm>
#include <variant>

// A column of values of any types: which alternative of Value each one is, then one column for each
// alternative that occurs, in the order of the alternatives.
namespace foxtail::sqlite {
namespace {

constexpr std::size_t alternatives = std::variant_size_v<Value>;
enum Alternative : std::uint8_t { is_null, is_bool, is_integer, is_double, is_text, is_json };
static_assert(std::is_same_v<std::variant_alternative_t<is_json, Value>, Json>);

constexpr std::int64_t whole_max = std::int64_t{1} << 53;  // beyond, doubles skip whole numbers

struct Tags {
    std::vector<std::int64_t> of;
    std::size_t count[alternatives] = {};
};

bool read_tags(ByteReader& in, std::size_t count, Tags& out) {
    out.of.resize(count);
    if (!read_integers(in, out.of)) return false;
    for (const auto tag : out.of) {
        if (tag < 0 || tag >= static_cast<std::int64_t>(alternatives)) return false;
        ++out.count[tag];
    }
    return true;
}

template <class T>
std::string_view text_of(const Value& value) {
    if constexpr (std::is_same_v<T, Json>) {
        return std::get<Json>(value).text;
    } else {
        return std::get<std::string>(value);
    }
}

template <class T>
void append_texts_of(std::string& out, std::span<const Value* const> values) {
    std::vector<std::string_view> texts;
    for (const auto* v : values) {
        if (std::holds_alternative<T>(*v)) texts.push_back(text_of<T>(*v));
    }
    if (!texts.empty()) append_texts(out, texts);
}

bool read_texts_of(ByteReader& in, Alternative alternative, const Tags& tags,
                   std::span<Value> out) {
    if (tags.count[alternative] == 0) return true;
    std::vector<std::string> distinct;
    std::vector<std::int64_t> which;
    if (!read_texts(in, tags.count[alternative], distinct, which)) return false;
    std::size_t next = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (tags.of[i] != alternative) continue;
        const auto& text = distinct[static_cast<std::size_t>(which[next++])];
        out[i] = alternative == is_text ? Value{text} : Value{Json{text}};
    }
    return true;
}

}  // namespace

void append_values(std::string& out, std::span<const Value* const> values) {
    std::vector<std::int64_t> tags;
    std::vector<std::int64_t> bools;
    std::vector<std::int64_t> integers;
    std::vector<double> doubles;
    tags.reserve(values.size());
    for (const auto* v : values) {
        tags.push_back(static_cast<std::int64_t>(v->index()));
        if (const auto* b = std::get_if<bool>(v)) bools.push_back(*b ? 1 : 0);
        if (const auto* i = std::get_if<std::int64_t>(v)) integers.push_back(*i);
        if (const auto* d = std::get_if<double>(v)) doubles.push_back(*d);
    }
    append_integers(out, tags);
    append_integers(out, bools);
    append_integers(out, integers);
    if (!doubles.empty()) append_doubles(out, doubles);
    append_texts_of<std::string>(out, values);
    append_texts_of<Json>(out, values);
}

bool read_values(ByteReader& in, std::span<Value> out) {
    Tags tags;
    if (!read_tags(in, out.size(), tags)) return false;
    std::vector<std::int64_t> bools(tags.count[is_bool]);
    std::vector<std::int64_t> integers(tags.count[is_integer]);
    std::vector<double> doubles(tags.count[is_double]);
    if (!read_integers(in, bools) || !read_integers(in, integers)) return false;
    if (!doubles.empty() && !read_doubles(in, doubles)) return false;
    std::size_t b = 0;
    std::size_t n = 0;
    std::size_t d = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        switch (tags.of[i]) {
            case is_null:
                out[i] = Null{};
                break;
            case is_bool:
                out[i] = bools[b++] != 0;
                break;
            case is_integer:
                out[i] = integers[n++];
                break;
            case is_double:
                out[i] = doubles[d++];
                break;
            default:
                break;
        }
    }
    return read_texts_of(in, is_text, tags, out) && read_texts_of(in, is_json, tags, out);
}

bool read_numbers(ByteReader& in, std::size_t count, Numbers& out) {
    out.tag.clear();
    out.divisor = 0;
    auto ahead = in;
    if (count > 0 && read_if_equal(ahead) == is_double) {  // by far the most usual
        in = ahead;
        out.same_tag = is_double;
        return read_doubles(in, count, out);
    }
    out.value.resize(count);
    thread_local Tags tags;
    tags = {std::move(tags.of), {}};
    if (!read_tags(in, count, tags) || tags.count[is_text] + tags.count[is_json] > 0) return false;
    std::vector<std::int64_t> bools(tags.count[is_bool]);
    std::vector<std::int64_t> integers(tags.count[is_integer]);
    std::vector<double> doubles(tags.count[is_double]);
    if (!read_integers(in, bools) || !read_integers(in, integers)) return false;
    if (!doubles.empty() && !read_doubles(in, doubles)) return false;
    const auto as_double = [](std::int64_t i) { return i >= -whole_max && i <= whole_max; };
    if (!std::all_of(integers.begin(), integers.end(), as_double)) return false;
    out.tag.resize(count);
    std::size_t next[alternatives] = {};
    for (std::size_t i = 0; i < count; ++i) {
        const auto tag = static_cast<std::uint8_t>(tags.of[i]);
        out.tag[i] = tag;
        const auto at = next[tag]++;
        out.value[i] = tag == is_bool      ? static_cast<double>(bools[at])
                       : tag == is_integer ? static_cast<double>(integers[at])
                       : tag == is_double  ? doubles[at]
                                           : 0;
    }
    return true;
}

}  // namespace foxtail::sqlite
