#pragma once

#include "app/config/names.hpp"
#include "app/config/reader.hpp"
#include "contracts/json.hpp"

#include <algorithm>
#include <concepts>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// The grammar of the configuration file: one table of keys per mapping, each row with its name,
/// its type, what it means and where it goes. The reader and the printed JSON Schema both come from
/// it, so that neither can know a key that the other does not.
namespace hedgerow::config {

/// A type of value: how it is read, and how it is described.
template <class T>
struct value {
  /// Nothing: it was reported as wrong.
  std::function<std::optional<T>(reader&, const place&)> read;
  /// Members of a JSON Schema, without the braces.
  std::string schema;
  /// `x` as JSON text, for the default; absent where a default has no short form.
  std::function<std::string(const T& x)> show = {};
};

/// One key of a mapping that is read into a `T`.
template <class T>
struct key {
  std::string name;
  /// Members of the JSON Schema of what it holds.
  std::string schema;
  bool required = false;
  std::function<void(reader&, const place&, T&)> read;
};

/// `"name":"text"`, with a comma before it unless `out` is empty.
void add_member(std::string& out, std::string_view name, std::string_view text);

/// The same, where `raw` is JSON text.
void add_raw_member(std::string& out, std::string_view name, std::string_view raw);

/// What stands there instead of what was wanted: "is `text`", "is a list", "has no value", …
std::string described(const node& x);

/// Reports that `at` holds something else than `wanted`, for example `a time such as 250ms`.
void report_wrong(reader& in, const place& at, std::string_view wanted);

namespace detail {

template <class T, class V, class Put>
key<T> row(std::string name, value<V> type, std::string_view help, bool required, Put put) {
  auto schema = type.schema;
  add_member(schema, "description", help);
  return {std::move(name), std::move(schema), required,
          [type = std::move(type), put](reader& in, const place& at, T& out) {
            if (auto x = type.read(in, at))
              put(out, std::move(*x));
          }};
}

template <class T, class Field>
auto into(Field field) {
  return [field](T& out, auto x) { std::invoke(field, out) = std::move(x); };
}

} // namespace detail

/// A key that has to be there. `field` is a member pointer, or a function from a `T&` to a
/// reference.
template <class T, class Field, class V>
key<T> required(std::string name, Field field, value<V> type, std::string_view help) {
  return detail::row<T>(std::move(name), std::move(type), help, true, detail::into<T>(field));
}

/// A key whose default is what a fresh `T` has in `field`.
template <class T, class Field, class V>
requires std::invocable<Field, T&> key<T> optional(std::string name, Field field, value<V> type,
                                                   std::string_view help) {
  std::string standard;
  T fresh;
  if constexpr (std::same_as<std::decay_t<decltype(std::invoke(field, fresh))>, V>)
    if (type.show)
      standard = type.show(std::invoke(field, fresh));
  auto out = detail::row<T>(std::move(name), std::move(type), help, false, detail::into<T>(field));
  if (!standard.empty())
    add_raw_member(out.schema, "default", standard);
  return out;
}

/// A key that `put` knows what to do with.
template <class T, class V, class Put>
requires std::invocable<Put, T&, V> key<T> optional(std::string name, value<V> type,
                                                    std::string_view help, Put put) {
  return detail::row<T>(std::move(name), std::move(type), help, false, std::move(put));
}

/// A key of the reference whose feature is not there yet. It is refused, never ignored; an editor
/// that knows the schema refuses it, too.
template <class T>
key<T> not_built(std::string name, std::string_view help) {
  std::string schema;
  add_raw_member(schema, "not", "{}");
  add_member(schema, "description", std::string{help} + " Not built yet.");
  return {std::move(name), std::move(schema), false, [](reader& in, const place& at, T&) {
            in.error(at, "`" + at.what.key + "` is not built yet; remove it");
          }};
}

/// The schema of a mapping with these keys.
template <class T>
std::string schema_of(const std::vector<key<T>>& keys) {
  std::string properties;
  std::string names;
  for (const auto& x : keys) {
    add_raw_member(properties, x.name, "{" + x.schema + "}");
    if (x.required) {
      names += names.empty() ? "" : ",";
      json::append_quoted(names, x.name);
    }
  }
  std::string out = R"("type":"object","additionalProperties":false,"properties":{)";
  out += properties + "}";
  if (!names.empty())
    out += ",\"required\":[" + names + "]";
  return out;
}

/// Reads the members of the mapping `at` into `out`, one by one.
template <class T>
void read_members(reader& in, const place& at, const std::vector<key<T>>& keys, T& out) {
  const auto named = [&](std::string_view name) {
    return std::ranges::find(keys, name, &key<T>::name);
  };
  std::vector<std::string> names;
  for (const auto& x : keys)
    names.push_back(x.name);
  std::set<std::string_view> seen;
  for (const auto& item : at.what.items) {
    if (!seen.insert(item.key).second)
      continue; // Given twice, which has been reported.
    const place inside{item, &at};
    if (const auto known = named(item.key); known != keys.end())
      known->read(in, inside, out);
    else
      in.error_unknown(inside, names);
  }
  for (const auto& x : keys)
    if (x.required && !seen.contains(x.name))
      in.error_missing(at, x.name);
}

/// A mapping with the given keys. What is wrong inside is reported, and the rest is taken.
template <class T>
value<T> object(std::vector<key<T>> keys) {
  auto schema = schema_of(keys);
  auto table = std::make_shared<const std::vector<key<T>>>(std::move(keys));
  return {[table](reader& in, const place& at) -> std::optional<T> {
            if (!at.what.is_mapping()) {
              report_wrong(in, at, "a mapping of keys");
              return std::nullopt;
            }
            T out;
            read_members(in, at, *table, out);
            return out;
          },
          std::move(schema)};
}

/// A mapping from names that the file makes up. What could not be read has its name all the same,
/// so that nothing that refers to it is reported as dangling.
template <class T>
value<std::map<std::string, T>> named(value<T> type) {
  auto schema =
      R"("type":"object","propertyNames":{"pattern":"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$"},)"
      R"("additionalProperties":{)"
      + type.schema + "}";
  return {[type](reader& in, const place& at) -> std::optional<std::map<std::string, T>> {
            if (!at.what.is_mapping()) {
              report_wrong(in, at, "a mapping from names");
              return std::nullopt;
            }
            std::map<std::string, T> out;
            for (const auto& item : at.what.items) {
              const place inside{item, &at};
              if (!is_name(item.key))
                in.error(inside, "a name is 1 to 64 letters, digits, `_`, `.` and `-`, and starts "
                                 "with a letter or digit");
              if (out.contains(item.key))
                continue;
              out.emplace(item.key, type.read(in, inside).value_or(T{}));
            }
            return out;
          },
          std::move(schema)};
}

/// A list. Items that are wrong are reported and left out.
template <class T>
value<std::vector<T>> list_of(value<T> type) {
  auto schema = R"("type":"array","items":{)" + type.schema + "}";
  return {[type](reader& in, const place& at) -> std::optional<std::vector<T>> {
            if (!at.what.is_sequence()) {
              report_wrong(in, at, "a list, for example [a, b]");
              return std::nullopt;
            }
            std::vector<T> out;
            for (std::size_t i = 0; i < at.what.items.size(); ++i)
              if (auto x = type.read(in, place{at.what.items[i], &at, i}))
                out.push_back(std::move(*x));
            return out;
          },
          std::move(schema)};
}

/// What `type` reads, made into something else.
template <class T, class Make>
auto made(value<T> type, Make make) -> value<decltype(make(std::declval<T>()))> {
  using made_type = decltype(make(std::declval<T>()));
  return {
      [read = std::move(type.read), make](reader& in, const place& at) -> std::optional<made_type> {
        auto x = read(in, at);
        return x ? std::optional<made_type>{make(std::move(*x))} : std::nullopt;
      },
      std::move(type.schema)};
}

/// What `type` reads, made into something else by a function that gives a `result`.
template <class To, class T, class Make>
value<To> checked_as(value<T> type, Make make) {
  return {[read = std::move(type.read), make](reader& in, const place& at) -> std::optional<To> {
            auto x = read(in, at);
            if (!x)
              return std::nullopt;
            auto out = make(*x);
            if (out)
              return std::move(*out);
            in.error(at, out.error().message);
            return std::nullopt;
          },
          std::move(type.schema)};
}

/// `type` with one more demand on what was read; `check` returns what is wrong, or nothing.
template <class T, class Check>
value<T> checked(value<T> type, Check check) {
  auto read = std::move(type.read);
  type.read = [read, check](reader& in, const place& at) -> std::optional<T> {
    auto x = read(in, at);
    if (!x)
      return std::nullopt;
    if (std::string problem = check(*x); !problem.empty()) {
      in.error(at, std::move(problem));
      return std::nullopt;
    }
    return x;
  };
  return type;
}

} // namespace hedgerow::config
