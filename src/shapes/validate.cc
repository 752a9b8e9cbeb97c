#include "shapes/validate.h"

#include <algorithm>

#include "wire/secret_codec.h"
#include "wire/utf16.h"

namespace kagimori::shapes {
namespace {

// "Value 'x'", "Value" or "Value null": how a message starts.
std::string Printed(std::string_view value) {
  std::string text = "Value '";
  return text.append(value).append("'");
}

std::string PrintedList(const MemberInfo& info, const std::vector<std::string_view>& list) {
  if (info.unprinted) return "Value";
  std::string text = "Value '[";
  for (size_t i = 0; i < list.size(); ++i) text.append(i == 0 ? "" : ", ").append(list[i]);
  return text.append("]'");
}

std::string AtLeast(std::string_view what, int64_t bound) {
  return "Member must have " + std::string(what) + " greater than or equal to " + std::to_string(bound);
}
std::string AtMost(std::string_view what, int64_t bound) {
  return "Member must have " + std::string(what) + " less than or equal to " + std::to_string(bound);
}
std::string PatternConstraint(Pattern pattern) {
  return "Member must satisfy regular expression pattern: " + std::string(PatternText(pattern));
}

bool Below(const Constraint& bounds, size_t length) { return static_cast<int64_t>(length) < bounds.min; }
bool Above(const Constraint& bounds, size_t length) { return static_cast<int64_t>(length) > bounds.max; }

}  // namespace

void Violations::Add(std::string_view value, std::string_view path, std::string_view constraint) {
  if (count_ == kMax) return;
  if (count_++ != 0) text_ += "; ";
  text_.append(value).append(" at '").append(path).append("' failed to satisfy constraint: ").append(constraint);
}

std::string Violations::Message() const {
  return std::to_string(count_) + (count_ == 1 ? " validation error detected: " : " validation errors detected: ") +
         text_;
}

std::string MemberPath::Text() const {
  std::string text = parent != nullptr ? parent->Text() + "." : std::string();
  text += name;
  if (element != 0) text += "." + std::to_string(element) + ".member";
  return text;
}

void Validator::Missing(const MemberPath& path, bool secret) {
  violations_->Add(secret ? "Value" : "Value null", path.Text(), "Member must not be null");
}

void Validator::CheckLength(const Constraint& bounds, const MemberPath& path, std::string_view printed, size_t length) {
  if (Below(bounds, length)) violations_->Add(printed, path.Text(), AtLeast("length", bounds.min));
  if (Above(bounds, length)) violations_->Add(printed, path.Text(), AtMost("length", bounds.max));
}

void Validator::Check(const MemberInfo& info, const MemberPath& path, const std::string& value) {
  const Constraint& bounds = info.value;
  size_t length = wire::Utf16Length(value);
  bool matches = Matches(bounds.pattern, value);
  if (!Below(bounds, length) && !Above(bounds, length) && matches) return;
  std::string printed = info.unprinted ? "Value" : Printed(value);
  CheckLength(bounds, path, printed, length);
  if (!matches) violations_->Add(printed, path.Text(), PatternConstraint(bounds.pattern));
}

void Validator::Check(const MemberInfo& info, const MemberPath& path, const SecretText& value) {
  CheckLength(info.value, path, "Value", wire::SecretCodec::Utf16Length(value.bytes));
  bool matches = true;
  if (info.value.pattern == Pattern::kXksAccessKey) {
    matches = wire::SecretCodec::ConsistsOf(value.bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");
  } else if (info.value.pattern == Pattern::kXksSecretKey) {
    matches =
        wire::SecretCodec::ConsistsOf(value.bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+=");
  }
  if (!matches || (info.value.pattern != Pattern::kNone && value.bytes.empty())) {
    violations_->Add("Value", path.Text(), PatternConstraint(info.value.pattern));
  }
}

void Validator::Check(const MemberInfo& info, const MemberPath& path, int64_t value) {
  if (value < info.value.min) {
    violations_->Add(Printed(std::to_string(value)), path.Text(), AtLeast("value", info.value.min));
  }
  if (value > info.value.max) {
    violations_->Add(Printed(std::to_string(value)), path.Text(), AtMost("value", info.value.max));
  }
}

void Validator::CheckBlobLength(const MemberInfo& info, const MemberPath& path, size_t length) {
  CheckLength(info.value, path, "Value", length);
}

void Validator::Check(const MemberInfo&, const MemberPath& path, const StringMap& value) {
  if (HasNull(&value)) {
    violations_->Add("Value", path.Text(), "Map value must satisfy constraint: [Member must not be null]");
  }
}

void Validator::CheckListLength(const MemberInfo& info, const MemberPath& path, size_t length,
                                std::string_view printed) {
  CheckLength(info.value, path, printed.empty() ? "Value" : printed, length);
}

void Validator::CheckNoNulls(const MemberPath& path, const void* container, std::string_view printed) {
  if (!HasNull(container)) return;
  violations_->Add(printed.empty() ? "Value" : printed, path.Text(),
                   "Member must satisfy constraint: [Member must not be null]");
}

void Validator::CheckList(const MemberInfo& info, const MemberPath& path, const std::vector<std::string_view>& list,
                          const void* address) {
  bool good = !Below(info.value, list.size()) && !Above(info.value, list.size()) && !HasNull(address);
  if (good) return;
  std::string printed = PrintedList(info, list);
  CheckListLength(info, path, list.size(), printed);
  CheckNoNulls(path, address, printed);
}

void Validator::BadElements(const MemberInfo& info, const MemberPath& path, const std::vector<std::string_view>& list,
                            std::string_view constraint) {
  std::string text = "Member must satisfy constraint: [";
  violations_->Add(PrintedList(info, list), path.Text(), text.append(constraint).append("]"));
}

void Validator::Check(const MemberInfo& info, const MemberPath& path, const std::vector<std::string>& list) {
  bool good = true;
  for (const std::string& text : list) {
    size_t length = wire::Utf16Length(text);
    good &= !Below(info.element, length) && !Above(info.element, length) && Matches(info.element.pattern, text);
  }
  std::vector<std::string_view> views(list.begin(), list.end());
  CheckList(info, path, views, &list);
  if (good) return;
  // One violation for all elements, with all constraints of theirs, upper bound first: the service's form for lists of
  // scalars.
  std::string constraints;
  auto add = [&](const std::string& text) { constraints.append(constraints.empty() ? "" : ", ").append(text); };
  if (info.element.max != Constraint::kNoMax) add(AtMost("length", info.element.max));
  if (info.element.min != Constraint::kNoMin) add(AtLeast("length", info.element.min));
  if (info.element.pattern != Pattern::kNone) add(PatternConstraint(info.element.pattern));
  BadElements(info, path, views, constraints);
}

void Validator::UnknownEnum(const MemberPath& path, uint8_t number, std::string_view printed_set) {
  std::string constraint = "Member must satisfy enum value set: ";
  violations_->Add(Printed(UnknownEnumText(number)), path.Text(), constraint.append(printed_set));
}

std::string_view Validator::UnknownEnumText(uint8_t number) const {
  size_t index = number - size_t{kUnknownEnum};
  return index < notes_.unknown_enums.size() ? std::string_view(notes_.unknown_enums[index]) : std::string_view();
}

bool Validator::HasNull(const void* container) const {
  return std::find(notes_.with_nulls.begin(), notes_.with_nulls.end(), container) != notes_.with_nulls.end();
}

}  // namespace kagimori::shapes
