#ifndef KAGIMORI_AUDIT_EVENT_H_
#define KAGIMORI_AUDIT_EVENT_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"

namespace kagimori::audit {

// What a CloudTrail record (eventVersion 1.11) of KMS, STS, IAM or SSM says. Everything is a view: the caller keeps
// what is viewed alive until AppendJson has returned. An empty text means "not there" unless said otherwise.
//
// Texts are escaped here, whatever bytes a client sent. The members called `…_json` are finished JSON texts made by a
// visitor that has already redacted them; they are copied as they are and so must be valid JSON without a line break.

inline constexpr size_t kMaxTextBytes = 1024;                 // userAgent, errorCode, errorMessage: cut at a character
inline constexpr size_t kMaxAdditionalDataBytes = 28 * 1024;  // additionalEventData: left out beyond it, and said so

enum class IdentityType : uint8_t {
  kRoot,
  kIamUser,
  kAssumedRole,
  kFederatedUser,
  kWebIdentityUser,  // the holder of an identity token: principal, user name and `identity_provider`
  kAwsService,       // only `invoked_by`
  kAwsAccount,       // a foreign caller as the key owner's account sees it
  kInternal,         // no `type`: account and invokedBy "AWS Internal"
};

struct SessionContext {
  std::string_view issuer_type = "Role";  // "Role", "Root", "IAMUser"; empty: GetSessionToken's, which has no issuer
  std::string_view issuer_principal_id{};
  std::string_view issuer_arn{};
  std::string_view issuer_account_id{};
  std::string_view issuer_user_name{};
  Timestamp creation_date{};
  bool mfa_authenticated = false;
  std::string_view web_id_federated_provider{};
  std::string_view source_identity{};
  std::string_view ec2_role_delivery{};
};

// Members that CloudTrail does not print for a type are not printed, even when they are set.
struct UserIdentity {
  IdentityType type = IdentityType::kInternal;
  std::string_view principal_id{};
  std::string_view arn{};
  std::string_view account_id{};
  std::string_view access_key_id{};
  std::string_view user_name{};
  const SessionContext* session = nullptr;  // of temporary credentials
  std::string_view identity_provider{};     // kWebIdentityUser
  std::string_view invoked_by{};            // a service acting for the caller, with any type
};

struct Resource {
  std::string_view account_id{};
  std::string_view type = "AWS::KMS::Key";
  std::string_view arn{};
};

struct TlsDetails {
  std::string_view version{};  // "TLSv1.3"
  std::string_view cipher_suite{};
  std::string_view host_header{};   // as the client sent it
  std::string_view key_exchange{};  // "X25519MLKEM768"
};

enum class EventType : uint8_t { kAwsApiCall, kAwsServiceEvent };

struct Event {
  UserIdentity identity;
  Timestamp time{};                 // when the call ended
  std::string_view event_source{};  // "kms.amazonaws.com"
  std::string_view event_name{};    // the operation
  std::string_view region{};
  std::string_view source_ip{};
  std::string_view user_agent{};
  std::string_view error_code{};
  std::string_view error_message{};
  std::string_view request_parameters_json{};     // empty: null
  std::string_view response_elements_json{};      // empty: null
  std::string_view additional_event_data_json{};  // empty: no such member
  ByteArray<16> request_id{};                     // for service events: `has_request_id` false
  bool has_request_id = true;
  ByteArray<16> event_id{};
  bool read_only = false;
  std::span<const Resource> resources;  // empty: []
  EventType type = EventType::kAwsApiCall;
  std::string_view recipient_account_id{};
  const ByteArray<16>* shared_event_id = nullptr;  // when two accounts get a copy each
  const TlsDetails* tls = nullptr;
  std::string_view service_event_details_json{};  // kAwsServiceEvent only
  bool session_from_console = false;
};

// Appends the record as one JSON object on one line, without the newline.
void AppendJson(const Event& event, std::string* out);

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_EVENT_H_
