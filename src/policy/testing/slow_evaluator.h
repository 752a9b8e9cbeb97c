#ifndef KAGIMORI_POLICY_TESTING_SLOW_EVALUATOR_H_
#define KAGIMORI_POLICY_TESTING_SLOW_EVALUATOR_H_

#include <map>
#include <string>
#include <vector>

// A second evaluator, written only to be right: it reads the JSON text anew for each request, recurses naively and
// shares no code with the first. It is asked about valid documents only.
namespace kagimori::policy::slow {

// Who asks, in its own words.
struct Asker {
  std::string kind;  // "root", "user", "session", "federated", "service", "web"
  std::string account;
  std::string arn;
  std::string id;
};

struct Question {
  std::string action;
  std::string resource;
  Asker asker;
  std::map<std::string, std::vector<std::string>> context;  // lower-case name → values
  std::map<std::string, std::string> ids;                   // ARN of a principal → unique id
};

struct Answer {
  std::string effect = "none";  // "allow", "deny"
  std::string match = "none";   // of an allowing resource policy: "account", "issuer", "role", "any", …, "direct"
};

// `resource_policy`: whether principals count. Trust policies: without resources.
Answer Evaluate(const std::string& json, bool resource_policy, const Question& question);

}  // namespace kagimori::policy::slow

#endif  // KAGIMORI_POLICY_TESTING_SLOW_EVALUATOR_H_
