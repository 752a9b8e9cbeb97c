#include "seed/account_session.h"

#include "authz/key_context.h"

namespace kagimori::seed {

// Of a call that nobody makes.
class AccountSession::NoFacts final : public authz::OperationFacts {
 public:
  policy::ConditionValues Find(const policy::ConditionKey&, authz::Scratch*) const override { return {}; }
};

AccountSession::AccountSession(const Services& services, AccountId account, Region region)
    : root_(std::make_shared<const identity::Principal>(
          identity::Principal{.kind = identity::Principal::Kind::kRoot,
                              .account = account,
                              .arn = "arn:aws:iam::" + account.ToString() + ":root",
                              .unique_id = account.ToString(),
                              .name = {}})),
      caller_(identity::RootCaller(root_)),
      no_facts_(std::make_unique<const NoFacts>()),
      call_{.caller = *root_,
            .region = region,
            .now = services.clock->Service(),
            .markers = kms::Markers(*services.hierarchy, account),
            .sm2 = services.sm2,
            .limits = services.resource_quotas->Of(account)},
      facts_{.caller = &caller_,
             .region = region,
             .now = services.clock->Wall(),
             .source_ip = {},
             .secure_transport = true,
             .user_agent = {},
             .referer = {},
             .via_service = {},
             .aliases_per_key = call_.limits.aliases_per_key},
      keys_(&services.keys->keys()),
      aliases_(&services.keys->aliases()),
      grants_(&services.keys->grants().cache()),
      loaded_(&services.loaded_keys->cache()),
      resolver_(services.keys, &keys_, &aliases_, account, region, call_.now),
      session_{.call = call_,
               .resolver = resolver_,
               .authorizer = *services.authorizer,
               .asking = {.call = facts_, .operation = *no_facts_},
               .grants = services.keys->grants(),
               .grants_view = grants_,
               .trail = trail_,
               .loaded = *services.loaded_keys,
               .loaded_view = loaded_,
               .usage = *services.usage,
               .counts = *services.key_counts,
               .quotas = *services.resource_quotas} {}

}  // namespace kagimori::seed
