#ifndef KAGIMORI_GATEWAY_REQUEST_SCOPE_H_
#define KAGIMORI_GATEWAY_REQUEST_SCOPE_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "authz/call_facts.h"
#include "base/ids.h"
#include "gateway/audit_identity.h"
#include "gateway/core_state.h"
#include "identity/caller.h"
#include "identity/identity.h"
#include "identity/session.h"
#include "kms/operation.h"
#include "net/http.h"

namespace kagimori::gateway {

// One request from its first step to its last: what is known about it so far, and its one way out. Made on arrival;
// lives in the request's coroutine; used on its core's thread.
class RequestScope {
 public:
  // `service`, `operation`: literals ("kms", "Encrypt"; "" until they are known).
  RequestScope(CoreState* core, std::unique_ptr<net::Exchange> exchange, std::string_view service);
  RequestScope(const RequestScope&) = delete;

  CoreState& core() { return *core_; }
  const Services& services() const { return *core_->services; }
  const net::RequestHead& head() const { return exchange_->head(); }
  std::string_view body() const {
    auto chars = exchange_->body();
    return {chars.data(), chars.size()};
  }

  std::string_view request_id() const { return request_id_text_; }
  const ByteArray<16>& request_id_bytes() const { return request_id_; }
  std::string_view service() const { return service_; }

  // Known after routing / after the signature is verified.
  std::string_view operation;
  bool read_only = true;
  const shapes::OperationDescriptor* described = nullptr;  // of KMS; null: of another service
  std::shared_ptr<const identity::Credential> credential;
  std::optional<identity::Caller> resolved;          // with the policies in force
  std::shared_ptr<const identity::Session> session;  // behind the credential; null: a long-term one
  std::optional<WebIdentity> web_identity;           // in place of a credential: AssumeRoleWithWebIdentity
  std::optional<Region> region;

  const identity::Principal& caller() const { return *credential->principal; }
  // REQUIRES: `region`. Views into the scope.
  authz::CallFacts Facts() const;
  // How much the caller's account may have.
  const keys::ResourceLimits& limits() const;

  // Counts the request against its account's quota in the Region. False: it is used up. REQUIRES: `region`.
  bool TakeFrom(QuotaGroup group);
  bool counted = false;  // whether that was done, whatever came of it

  size_t contended = 0;  // a hash of what the last try lost a conflict on

  // For the audit record.
  kms::Trail trail;
  std::vector<std::string> parameters;  // ARNs, of SSM
  std::string request_parameters;       // JSON; empty: null
  std::string response_elements;

  // The audit record of this request as it stands now. `code`, `message`: of the error, or empty.
  std::string AuditLine(std::string_view code, std::string_view message) const;
  const ByteArray<16>& event_id() const { return event_id_; }

  // A call of KMS that a service of this deployment makes for the caller, with a record of its own.
  struct ServiceCall {
    std::string_view service;  // that calls: "ssm.amazonaws.com"
    const shapes::OperationDescriptor* described;
    std::string request_parameters = {};
    kms::Trail trail = {};
    ByteArray<16> request_id{};
    ByteArray<16> event_id{};
  };
  std::string AuditLine(const ServiceCall& call, std::string_view code, std::string_view message) const;

  // Step 13: the record is in the chain, or there is no answer. False: it could not be recorded; the operator knows.
  Task<bool> Record(std::string_view line);

  // For GetKeyLastUsage: what succeeded was a use of the keys of the trail. REQUIRES: it is in the audit log, or on its
  // way there.
  void NoteUse();
  void NoteUse(const ServiceCall& call);

  // Steps 14 and 15: answers, counts, ends the exchange. Call once. `code`: the error's, a literal; empty for success.
  // The body's memory is taken and wiped.
  void Answer(int status, std::string_view content_type, std::string body, std::string_view code);

  // For a request that no signature vouches for: answers, and counts it in the security log.
  void AnswerUnverified(int status, std::string_view content_type, std::string body, std::string_view code);

 private:
  void NoteUse(const kms::Trail& of, const shapes::OperationDescriptor& used_by, const ByteArray<16>& event_id,
               const ByteArray<16>& request_id);

  struct Subject;
  std::string LineOf(const Subject& subject, std::string_view code, std::string_view message) const;

  CoreState* core_;
  std::unique_ptr<net::Exchange> exchange_;
  std::string_view service_;
  std::chrono::steady_clock::time_point started_;
  ByteArray<16> request_id_;
  ByteArray<16> event_id_;
  std::string request_id_text_;
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_REQUEST_SCOPE_H_
