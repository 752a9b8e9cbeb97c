#include "policy/testing/slow_evaluator.h"

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

namespace kagimori::policy::slow {
namespace {

using std::map;
using std::optional;
using std::string;
using std::vector;

// ---- JSON
// ------------------------------------------------------------------------------------------------------------

struct Node {
  char type = 'n';  // s, a, o, or v for numbers and booleans
  string text;
  vector<Node> list;
  map<string, Node> object;
};

struct JsonReader {
  const string& in;
  size_t at = 0;

  void Space() {
    while (at < in.size() && isspace(static_cast<unsigned char>(in[at]))) ++at;
  }
  string String() {
    string out;
    for (++at; in.at(at) != '"'; ++at) {
      if (in[at] == '\\') {
        ++at;
        if (in[at] == 'n') {
          out += '\n';
        } else if (in[at] == 'u') {
          throw std::invalid_argument("the generator writes no \\u");
        } else {
          out += in[at];
        }
      } else {
        out += in[at];
      }
    }
    ++at;
    return out;
  }
  Node Value() {
    Space();
    Node node;
    if (in.at(at) == '"') {
      node.type = 's';
      node.text = String();
    } else if (in[at] == '[') {
      node.type = 'a';
      ++at;
      for (Space(); in.at(at) != ']'; Space()) {
        node.list.push_back(Value());
        Space();
        if (in.at(at) == ',') ++at;
      }
      ++at;
    } else if (in[at] == '{') {
      node.type = 'o';
      ++at;
      for (Space(); in.at(at) != '}'; Space()) {
        const string name = String();
        Space();
        ++at;  // the colon
        node.object[name] = Value();
        Space();
        if (in.at(at) == ',') ++at;
      }
      ++at;
    } else {
      node.type = 'v';
      while (at < in.size() && (isalnum(static_cast<unsigned char>(in[at])) || in[at] == '-' || in[at] == '.'))
        node.text += in[at++];
    }
    return node;
  }
};

vector<string> Texts(const Node& node) {
  if (node.type != 'a') return {node.text};
  vector<string> out;
  for (const Node& item : node.list) out.push_back(item.text);
  return out;
}

// ---- Text
// ------------------------------------------------------------------------------------------------------------

string Lower(string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return text;
}

// Characters of UTF-8, each as the string of its bytes.
vector<string> Characters(const string& text) {
  vector<string> out;
  for (const char c : text) {
    if ((c & 0xC0) == 0x80 && !out.empty()) {
      out.back() += c;
    } else {
      out.push_back(string(1, c));
    }
  }
  return out;
}

// One character of a pattern: with `plain` it stands for itself whatever it is.
struct Sign {
  string character;
  bool plain = false;
};

bool Like(const vector<Sign>& pattern, const vector<string>& text, size_t i, size_t j,
          std::set<std::pair<size_t, size_t>>& seen) {
  if (!seen.insert({i, j}).second) return false;
  if (i == pattern.size()) return j == text.size();
  if (!pattern[i].plain && pattern[i].character == "*")
    return Like(pattern, text, i + 1, j, seen) || (j < text.size() && Like(pattern, text, i, j + 1, seen));
  if (j == text.size()) return false;
  if (!pattern[i].plain && pattern[i].character == "?") return Like(pattern, text, i + 1, j + 1, seen);
  return pattern[i].character == text[j] && Like(pattern, text, i + 1, j + 1, seen);
}

bool Like(const vector<Sign>& pattern, const string& text) {
  std::set<std::pair<size_t, size_t>> seen;
  return Like(pattern, Characters(text), 0, 0, seen);
}

enum class Three { kNo, kYes, kUnknown };

const std::set<string> kMulti = {"kms:encryptioncontextkeys", "kms:grantoperations", "kms:resourcealiases",
                                 "aws:tagkeys", "aws:calledvia"};

// A text of a policy with its variables filled in; nothing where one has no value, with `unknown` where it has several.
optional<vector<Sign>> Fill(const string& text, bool variables, const Question& question, bool* unknown) {
  vector<Sign> out;
  size_t at = 0;
  while (at < text.size()) {
    if (variables && text.compare(at, 2, "${") == 0) {
      const size_t end = text.find('}', at);
      string name = text.substr(at + 2, end - at - 2);
      at = end + 1;
      if (name == "*" || name == "?" || name == "$") {
        out.push_back({name, true});
        continue;
      }
      optional<string> value;
      if (const size_t quote = name.find(", '"); quote != string::npos) {
        value = name.substr(quote + 3, name.size() - quote - 4);
        name = name.substr(0, quote);
      }
      const auto found = question.context.find(Lower(name));
      if (found != question.context.end() && !found->second.empty() && kMulti.count(Lower(name)) == 0) {
        if (found->second.size() > 1) {
          *unknown = true;
          return std::nullopt;
        }
        value = found->second[0];
      }
      if (!value) return std::nullopt;
      for (const string& character : Characters(*value)) out.push_back({character, true});
    } else {
      size_t end = at + 1;
      while (end < text.size() && (text[end] & 0xC0) == 0x80) ++end;
      out.push_back({text.substr(at, end - at), false});
      at = end;
    }
  }
  return out;
}

Three LikeFilled(const string& text, bool variables, const Question& question, const string& value, bool wildcards) {
  bool unknown = false;
  auto filled = Fill(text, variables, question, &unknown);
  if (unknown) return Three::kUnknown;
  if (!filled) return Three::kNo;
  if (!wildcards)
    for (Sign& sign : *filled) sign.plain = true;
  return Like(*filled, value) ? Three::kYes : Three::kNo;
}

// ---- Values
// ----------------------------------------------------------------------------------------------------------

optional<long double> Number(const string& text) {
  if (text.empty()) return std::nullopt;
  size_t digits = 0;
  size_t points = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (isdigit(static_cast<unsigned char>(text[i]))) {
      ++digits;
    } else if (text[i] == '.') {
      ++points;
    } else if (i != 0 || (text[i] != '-' && text[i] != '+')) {
      return std::nullopt;
    }
  }
  if (digits == 0 || points > 1 || text.back() == '.') return std::nullopt;
  return strtold(text.c_str(), nullptr);
}

bool Leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

// Seconds; dates of this century alone, in the forms that the generator writes.
optional<long double> Date(const string& text) {
  if (text.find('T') == string::npos && text.find('-') == string::npos) return Number(text);
  int year = 0;
  int month = 0;
  int day = 0;
  int used = 0;
  if (sscanf(text.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3) return std::nullopt;
  static const int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  long double days = 0;
  for (int y = 1970; y < year; ++y) days += Leap(y) ? 366 : 365;
  for (int m = 1; m < month; ++m) days += kDays[m - 1] + (m == 2 && Leap(year) ? 1 : 0);
  long double seconds = (days + day - 1) * 86400;
  string rest = text.substr(static_cast<size_t>(used));
  if (rest.empty()) return seconds;
  int hour = 0;
  int minute = 0;
  double second = 0;
  if (sscanf(rest.c_str(), "T%2d:%2d:%lf%n", &hour, &minute, &second, &used) != 3) return std::nullopt;
  seconds += hour * 3600 + minute * 60 + static_cast<long double>(second);
  rest = rest.substr(static_cast<size_t>(used));
  if (rest == "Z" || rest.empty()) return seconds;
  const int sign = rest[0] == '-' ? 1 : -1;
  if (sscanf(rest.c_str() + 1, "%2d:%2d", &hour, &minute) != 2) return std::nullopt;
  return seconds + sign * (hour * 3600 + minute * 60);
}

// 128 bits as a string of '0' and '1', 32 for IPv4.
optional<string> Bits(const string& text) {
  string bits;
  const auto add = [&](unsigned value, int count) {
    for (int i = count - 1; i >= 0; --i) bits += (value >> i & 1) != 0 ? '1' : '0';
  };
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  int used = 0;
  if (sscanf(text.c_str(), "%u.%u.%u.%u%n", &a, &b, &c, &d, &used) == 4 && static_cast<size_t>(used) == text.size()) {
    for (const unsigned part : {a, b, c, d}) {
      if (part > 255) return std::nullopt;
      add(part, 8);
    }
    return bits;
  }
  unsigned g[8];
  if (sscanf(text.c_str(), "%x:%x:%x:%x:%x:%x:%x:%x%n", &g[0], &g[1], &g[2], &g[3], &g[4], &g[5], &g[6], &g[7],
             &used) == 8 &&
      static_cast<size_t>(used) == text.size()) {
    for (const unsigned part : g) add(part, 16);
    return bits;
  }
  return std::nullopt;
}

bool InRange(const string& range, const string& bits) {
  const size_t slash = range.find('/');
  const string base = Bits(range.substr(0, slash)).value();
  const size_t prefix = slash == string::npos ? base.size() : static_cast<size_t>(atoi(range.c_str() + slash + 1));
  return base.size() == bits.size() && base.substr(0, prefix) == bits.substr(0, prefix);
}

string Base64(const string& text) {
  static const string kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  string bits;
  for (const char c : text) {
    if (c == '=') break;
    const size_t value = kAlphabet.find(c);
    for (int i = 5; i >= 0; --i) bits += (value >> i & 1) != 0 ? '1' : '0';
  }
  string out;
  for (size_t i = 0; i + 8 <= bits.size(); i += 8)
    out += static_cast<char>(strtol(bits.substr(i, 8).c_str(), nullptr, 2));
  return out;
}

vector<string> SixParts(const string& text) {
  vector<string> parts(1);
  for (const char c : text) {
    if (c == ':' && parts.size() < 6) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

// ---- Conditions
// ------------------------------------------------------------------------------------------------------

// What one value of the request is to one value of the policy; nothing where the request's cannot be read at all.
optional<Three> One(const string& op, const string& wanted, const string& given, bool variables,
                    const Question& question) {
  const auto yes = [](bool value) { return value ? Three::kYes : Three::kNo; };
  if (op == "stringequals") return LikeFilled(wanted, variables, question, given, false);
  if (op == "stringequalsignorecase") {
    bool unknown = false;
    const auto filled = Fill(wanted, variables, question, &unknown);
    if (unknown) return Three::kUnknown;
    if (!filled) return Three::kNo;
    string text;
    for (const Sign& sign : *filled) text += sign.character;
    return yes(Lower(text) == Lower(given));
  }
  if (op == "stringlike") return LikeFilled(wanted, variables, question, given, true);
  if (op == "arnlike" || op == "arnequals") {
    const auto parts = SixParts(given);
    if (parts.size() < 6) return std::nullopt;
    if (wanted == "*") return Three::kYes;
    const auto patterns = SixParts(wanted);  // the generator puts variables into the sixth part alone
    if (patterns.size() < 6) return Three::kNo;
    Three all = Three::kYes;
    for (size_t i = 0; i < 6; ++i) {
      const Three one = LikeFilled(patterns[i], variables, question, parts[i], true);
      if (one == Three::kNo) return Three::kNo;
      if (one == Three::kUnknown) all = one;
    }
    return all;
  }
  if (op == "bool") {
    const string value = Lower(given);
    if (value != "true" && value != "false") return std::nullopt;
    return yes(value == Lower(wanted));
  }
  if (op == "binaryequals") return yes(Base64(wanted) == given);
  if (op == "ipaddress") {
    const auto bits = Bits(given);
    if (!bits) return std::nullopt;
    return yes(InRange(wanted, *bits));
  }
  const bool date = op.compare(0, 4, "date") == 0;
  const auto value = date ? Date(given) : Number(given);
  if (!value) return std::nullopt;
  const long double bound = (date ? Date(wanted) : Number(wanted)).value();
  const string relation = op.substr(date ? 4 : 7);
  if (relation == "equals") return yes(*value == bound);
  if (relation == "lessthan") return yes(*value < bound);
  if (relation == "lessthanequals") return yes(*value <= bound);
  if (relation == "greaterthan") return yes(*value > bound);
  if (relation == "greaterthanequals") return yes(*value >= bound);
  throw std::invalid_argument(op);
}

bool ConditionHolds(string op, const string& name, const vector<string>& wanted, bool variables, bool deny,
                    const Question& question) {
  op = Lower(op);
  const auto found = question.context.find(Lower(name));
  const vector<string> given = found == question.context.end() ? vector<string>() : found->second;
  if (op == "null") {
    for (const string& value : wanted)
      if ((Lower(value) == "true") == given.empty()) return true;
    return false;
  }
  string set;
  for (const string prefix : {"forallvalues:", "foranyvalue:"}) {
    if (op.compare(0, prefix.size(), prefix) != 0) continue;
    set = prefix;
    op = op.substr(prefix.size());
  }
  bool if_exists = false;
  if (op.size() > 8 && op.substr(op.size() - 8) == "ifexists") {
    if_exists = true;
    op = op.substr(0, op.size() - 8);
  }
  bool negated = false;
  if (const size_t no = op.find("not"); no != string::npos) {
    negated = true;
    op.erase(no, 3);
  }
  if (given.empty()) {
    if (if_exists || set == "forallvalues:") return true;
    if (set == "foranyvalue:") return false;
    return negated;
  }
  size_t good = 0;
  for (const string& value : given) {
    bool any = false;
    bool unknown = false;
    bool unreadable = false;
    if (op != "stringequals" && op != "stringequalsignorecase" && op != "stringlike" && op != "binaryequals") {
      // Whether a value can be read does not depend on what it is compared with.
      const string sample = op == "ipaddress"          ? "1.1.1.1"
                            : op == "bool"             ? "true"
                            : op.substr(0, 3) == "arn" ? "*"
                                                       : "0";
      unreadable = !One(op, sample, value, false, question);
      if (op.substr(0, 3) == "arn" && wanted.empty()) unreadable = false;
    }
    for (const string& want : wanted) {
      const auto one = One(op, want, value, variables, question);
      if (one == Three::kYes) any = true;
      if (one == Three::kUnknown) unknown = true;
    }
    bool satisfied = any != negated;
    if (unreadable) satisfied = negated && deny;
    if (!unreadable && !any && unknown) satisfied = deny;
    if (satisfied) ++good;
  }
  if (set == "forallvalues:") return good == given.size();
  if (set == "foranyvalue:" || kMulti.count(Lower(name)) != 0) return good > 0;
  return deny ? good > 0 : good == given.size();
}

// ---- Statements
// ------------------------------------------------------------------------------------------------------

bool ActionIn(const Node& list, const string& action) {
  for (const string& pattern : Texts(list)) {
    vector<Sign> signs;
    for (const string& character : Characters(Lower(pattern))) signs.push_back({character, false});
    if (Like(signs, Lower(action))) return true;
  }
  return false;
}

// kUnknown: a variable with several values.
Three ResourceIn(const Node& list, bool variables, const Question& question) {
  Three all = Three::kNo;
  for (const string& pattern : Texts(list)) {
    // Variables count only behind the fifth colon.
    size_t colon = string::npos;
    for (int i = 0; i < 5; ++i) {
      colon = pattern.find(':', colon + 1);
      if (colon == string::npos) break;
    }
    const string head = pattern.substr(0, colon);
    const string tail = colon == string::npos ? "" : pattern.substr(colon);
    bool unknown = false;
    auto signs = Fill(head, false, question, &unknown);
    const auto more = Fill(tail, variables, question, &unknown);
    if (unknown) {
      all = Three::kUnknown;
      continue;
    }
    if (!more) continue;
    signs->insert(signs->end(), more->begin(), more->end());
    if (Like(*signs, question.resource)) return Three::kYes;
  }
  return all;
}

const vector<string> kRanks = {"none", "account", "issuer", "role", "any", "provider", "service", "direct"};

int Rank(const string& match) {
  for (size_t i = 0; i < kRanks.size(); ++i)
    if (kRanks[i] == match) return static_cast<int>(i);
  throw std::invalid_argument(match);
}

string MatchOne(const string& type, const string& text, const Question& question) {
  const Asker& asker = question.asker;
  const bool outsider = asker.kind == "service" || asker.kind == "web";
  if (type == "Service") return asker.kind == "service" && asker.arn == text ? "service" : "none";
  if (type == "Federated") return asker.kind == "web" && asker.arn == text ? "provider" : "none";
  if (text == "*") return "any";
  if (outsider) return "none";
  if (text == asker.account || text == "arn:aws:iam::" + asker.account + ":root")
    return asker.kind == "root" ? "direct" : "account";
  if (text.find(":assumed-role/") != string::npos)
    return asker.kind == "session" && asker.arn == text ? "direct" : "none";
  if (text.find(":federated-user/") != string::npos)
    return asker.kind == "federated" && asker.arn == text ? "direct" : "none";
  string id = text.compare(0, 4, "arn:") == 0 ? "" : text;
  if (const auto bound = question.ids.find(text); bound != question.ids.end()) id = bound->second;
  if (id.empty() || id != asker.id) return "none";
  if (asker.kind == "user") return "direct";
  if (asker.kind == "session") return "role";
  if (asker.kind == "federated") return "issuer";
  return "none";
}

// Every way in which the element names the asker.
std::set<string> Matches(const Node& element, const Question& question) {
  std::set<string> out;
  if (element.type == 's') return {MatchOne("AWS", element.text, question)};
  for (const auto& [type, list] : element.object)
    for (const string& text : Texts(list)) out.insert(MatchOne(type, text, question));
  return out;
}

string Best(const std::set<string>& matches) {
  string best = "none";
  for (const string& match : matches)
    if (Rank(match) > Rank(best)) best = match;
  return best;
}

string StatementMatch(const map<string, Node>& statement, bool deny, const Question& question) {
  if (statement.count("Principal") != 0) return Best(Matches(statement.at("Principal"), question));
  const std::set<string> named = Matches(statement.at("NotPrincipal"), question);
  if (named.count("any") != 0) return "none";
  if (!deny) {
    for (const auto& [type, list] : statement.at("NotPrincipal").object)
      for (const string& text : Texts(list)) {
        const bool by_id = text.find(":user/") != string::npos || text.find(":role/") != string::npos;
        if (type == "AWS" && by_id && question.ids.count(text) == 0) return "none";
      }
    return Best(named) == "none" ? "any" : "none";
  }
  const string& kind = question.asker.kind;
  vector<string> forms = {"direct", "account"};
  if (kind == "root") forms = {"direct"};
  if (kind == "service") forms = {"service"};
  if (kind == "web") forms = {"provider"};
  if (kind == "session") forms.push_back("role");
  if (kind == "federated" && !question.asker.id.empty()) forms.push_back("issuer");
  for (const string& form : forms)
    if (named.count(form) == 0) return "any";
  return "none";
}

bool Applies(const map<string, Node>& statement, bool deny, bool variables, const Question& question) {
  if (statement.count("Action") != 0) {
    if (!ActionIn(statement.at("Action"), question.action)) return false;
  } else if (statement.count("NotAction") != 0) {
    if (ActionIn(statement.at("NotAction"), question.action)) return false;
  } else {
    return false;
  }
  const bool positive = statement.count("Resource") != 0;
  if (!positive && statement.count("NotResource") == 0) return false;
  const Three resource = ResourceIn(statement.at(positive ? "Resource" : "NotResource"), variables, question);
  if (resource == Three::kUnknown) {
    if (!deny) return false;
  } else if ((resource == Three::kYes) != positive) {
    return false;
  }
  if (statement.count("Condition") == 0) return true;
  for (const auto& [op, keys] : statement.at("Condition").object)
    for (const auto& [key, values] : keys.object)
      if (!ConditionHolds(op, key, Texts(values), variables, deny, question)) return false;
  return true;
}

}  // namespace

Answer Evaluate(const string& json, bool resource_policy, const Question& question) {
  const Node root = JsonReader{json}.Value();
  const bool variables = root.object.count("Version") != 0 && root.object.at("Version").text == "2012-10-17";
  const Node& element = root.object.at("Statement");
  const vector<Node> statements = element.type == 'a' ? element.list : vector<Node>{element};
  Answer answer;
  for (const Node& node : statements) {
    const bool deny = node.object.at("Effect").text == "Deny";
    const string match = resource_policy ? StatementMatch(node.object, deny, question) : "any";
    if (match == "none" || !Applies(node.object, deny, variables, question)) continue;
    if (deny) return {.effect = "deny", .match = "none"};
    answer.effect = "allow";
    if (resource_policy && Rank(match) > Rank(answer.match)) answer.match = match;
  }
  return answer;
}

}  // namespace kagimori::policy::slow
