// CreateOpenIDConnectProvider, GetOpenIDConnectProvider, ListOpenIDConnectProviders, DeleteOpenIDConnectProvider,
// AddClientIDToOpenIDConnectProvider, RemoveClientIDFromOpenIDConnectProvider, UpdateOpenIDConnectProviderThumbprint.

#include <algorithm>
#include <cctype>

#include "iam/lookup.h"
#include "iam/operation.h"
#include "iam/provider.h"
#include "iam/quotas.h"
#include "iam/rules.h"
#include "iam/tag_rules.h"

namespace kagimori::iam {

using identity::EntityKind;
using identity::OidcProvider;

OrError<std::shared_ptr<const OidcProvider>> FindProvider(const Call& call, std::string_view arn) {
  const auto parsed = identity::ParseEntityArn(arn);
  if (!parsed || parsed->kind != EntityKind::kOidcProvider) {
    return ValidationError(fmt::format("ARN {} is not valid.", arn));
  }
  if (auto provider = call.account->FindProvider(arn)) return provider;
  return NoSuchEntity(fmt::format("OpenIDConnect Provider not found for arn {}", arn));
}

Access AccessToProvider(const Call& call, std::string_view operation, std::string_view arn) {
  Access access{.action = fmt::format("iam:{}", operation), .resource = std::string(arn), .shown = std::string(arn)};
  if (auto provider = call.account->FindProvider(arn)) access.resource_tags = provider->tags;
  return access;
}

namespace {

using identity::AccountChange;

constexpr std::string_view kScheme = "https://";
constexpr size_t kMostInList = 200;  // read from a request; the quotas are lower

// What stands behind "https://": a host name, perhaps with a port and a path, and no query. Nothing: no such URL.
std::optional<std::string> ProviderName(std::string_view url) {
  if (!url.starts_with(kScheme)) return std::nullopt;
  std::string_view name = url.substr(kScheme.size());
  while (name.ends_with('/')) name.remove_suffix(1);
  const std::string_view host = name.substr(0, name.find('/'));
  if (host.empty() || host.front() == '.' || host.front() == ':' || host.front() == '-') return std::nullopt;
  const bool allowed = std::ranges::all_of(name, [](char c) {
    return (c & 0x80) == 0 && (std::isalnum(static_cast<unsigned char>(c)) ||
                               std::string_view("-._~/:%").find(c) != std::string_view::npos);
  });
  if (!allowed) return std::nullopt;
  return std::string(name);
}

OrError<void> CheckThumbprints(const std::vector<std::string>& thumbprints) {
  if (thumbprints.size() > kThumbprintsPerProvider) {
    return InvalidInput("Thumbprint list must contain fewer than 5 entries.");
  }
  for (const std::string& thumbprint : thumbprints) {
    const bool hex =
        std::ranges::all_of(thumbprint, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)); });
    if (!hex) return InvalidInput("The thumbprint must be 40 hexadecimal characters.");  // guess: the text
  }
  return {};
}

AccountChange ChangeProvider(const Call& call, std::shared_ptr<const OidcProvider> before,
                             std::optional<OidcProvider> after) {
  AccountChange change = ChangeOf(call);
  change.providers.push_back({std::move(before), std::move(after)});
  return change;
}

class CreateOpenIDConnectProvider : public OperationCall {
 public:
  explicit CreateOpenIDConnectProvider(Parameters& in)
      : url_(in.Required("Url", kProviderUrl)),
        client_ids_(in.Texts("ClientIDList", kMostInList, kClientId)),
        thumbprints_(in.Texts("ThumbprintList", kMostInList, kThumbprint)),
        tags_(in.Tags()) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    Access access = AccessToNew(call, "CreateOpenIDConnectProvider", EntityKind::kOidcProvider, "/",
                                ProviderName(url_).value_or(url_));
    access.request_tags = tags_;
    std::vector<Access> all = {access};
    if (!tags_.empty()) {
      access.action = "iam:TagOpenIDConnectProvider";
      all.push_back(std::move(access));
    }
    return all;
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    const std::optional<std::string> name = ProviderName(url_);
    if (!name) return ValidationError("Invalid Open ID Connect Provider URL");
    KAGIMORI_RETURN_IF_ERROR(CheckTags(tags_, TagCase::kExact));
    KAGIMORI_RETURN_IF_ERROR(CheckThumbprints(thumbprints_));
    if (client_ids_.size() > kClientIdsPerProvider) {
      return QuotaExceeded("ClientIdsPerOpenIdConnectProvider", kClientIdsPerProvider);
    }
    if (call.account->Find<OidcProvider>(*name)) {
      return EntityAlreadyExists(fmt::format("Provider with url {} already exists.", url_));
    }
    if (call.account->All<OidcProvider>().size() >= kProvidersPerAccount) {
      return QuotaExceeded("OpenIdConnectProvidersPerAccount", kProvidersPerAccount);
    }
    OidcProvider provider;
    provider.id = identity::NewUniqueId(EntityKind::kOidcProvider);
    provider.name = *name;
    provider.created = call.now;
    provider.tags = tags_;
    provider.client_ids = client_ids_;
    provider.thumbprints = thumbprints_;
    out.Text("OpenIDConnectProviderArn", identity::ArnOf(call.id(), provider));
    if (!tags_.empty()) WriteTags(tags_, out);
    return ChangeProvider(call, nullptr, std::move(provider));
  }

 private:
  std::string url_;
  std::vector<std::string> client_ids_;
  std::vector<std::string> thumbprints_;
  std::vector<identity::Tag> tags_;
};

class ProviderCall : public OperationCall {
 public:
  ProviderCall(std::string_view operation, Parameters& in)
      : arn(in.Required("OpenIDConnectProviderArn", kArn)), operation_(operation) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToProvider(call, operation_, arn));
  }

 protected:
  const std::string arn;

 private:
  std::string_view operation_;
};

class GetOpenIDConnectProvider : public ProviderCall {
 public:
  explicit GetOpenIDConnectProvider(Parameters& in) : ProviderCall("GetOpenIDConnectProvider", in) {}

  Outcome Run(const Call& call, ResultWriter& out) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto provider, FindProvider(call, arn));
    out.Text("Url", provider->name);  // without its scheme, as AWS shows it
    WriteTexts("ClientIDList", provider->client_ids, out);
    WriteTexts("ThumbprintList", provider->thumbprints, out);
    out.Date("CreateDate", provider->created);
    WriteTags(Sorted(provider->tags), out);
    return std::nullopt;
  }

 private:
  static void WriteTexts(std::string_view name, const std::vector<std::string>& texts, ResultWriter& out) {
    out.OpenList(name);
    for (const std::string& text : texts) out.MemberText(text);
    out.CloseList(name);
  }
};

class ListOpenIDConnectProviders : public OperationCall {
 public:
  explicit ListOpenIDConnectProviders(Parameters&) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessToNew(call, "ListOpenIDConnectProviders", EntityKind::kOidcProvider, "/", "*"));
  }

  Outcome Run(const Call& call, ResultWriter& out) const override {
    out.OpenList("OpenIDConnectProviderList");
    for (const auto& [key, provider] : call.account->All<OidcProvider>()) {
      out.OpenMember();
      out.Text("Arn", identity::ArnOf(call.id(), *provider));
      out.CloseMember();
    }
    out.CloseList("OpenIDConnectProviderList");
    return std::nullopt;
  }
};

class DeleteOpenIDConnectProvider : public ProviderCall {
 public:
  explicit DeleteOpenIDConnectProvider(Parameters& in) : ProviderCall("DeleteOpenIDConnectProvider", in) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    auto provider = FindProvider(call, arn);
    if (!provider && provider.error().status == 404) {
      return NoSuchEntity(fmt::format("OpenId connect Provider {} cannot be found.", arn));
    }
    if (!provider) return std::unexpected(std::move(provider).error());
    return ChangeProvider(call, *std::move(provider), std::nullopt);
  }
};

class AddClientID : public ProviderCall {
 public:
  explicit AddClientID(Parameters& in)
      : ProviderCall("AddClientIDToOpenIDConnectProvider", in), client_id_(in.Required("ClientID", kClientId)) {}

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto provider, FindProvider(call, arn));
    OidcProvider after = *provider;
    if (std::ranges::find(after.client_ids, client_id_) != after.client_ids.end()) return std::nullopt;
    if (after.client_ids.size() >= kClientIdsPerProvider) {
      return QuotaExceeded("ClientIdsPerOpenIdConnectProvider", kClientIdsPerProvider);
    }
    after.client_ids.push_back(client_id_);
    return ChangeProvider(call, provider, std::move(after));
  }

 private:
  std::string client_id_;
};

class RemoveClientID : public ProviderCall {
 public:
  explicit RemoveClientID(Parameters& in)
      : ProviderCall("RemoveClientIDFromOpenIDConnectProvider", in), client_id_(in.Required("ClientID", kClientId)) {}

  // One that is not there is removed all the same.
  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto provider, FindProvider(call, arn));
    OidcProvider after = *provider;
    if (std::erase(after.client_ids, client_id_) == 0) return std::nullopt;
    return ChangeProvider(call, provider, std::move(after));
  }

 private:
  std::string client_id_;
};

class UpdateThumbprint : public ProviderCall {
 public:
  explicit UpdateThumbprint(Parameters& in) : ProviderCall("UpdateOpenIDConnectProviderThumbprint", in) {
    in.RequireList("ThumbprintList");
    thumbprints_ = in.Texts("ThumbprintList", kMostInList, kThumbprint);
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_RETURN_IF_ERROR(CheckThumbprints(thumbprints_));
    KAGIMORI_ASSIGN_OR_RETURN(const auto provider, FindProvider(call, arn));
    OidcProvider after = *provider;
    after.thumbprints = thumbprints_;
    return ChangeProvider(call, provider, std::move(after));
  }

 private:
  std::vector<std::string> thumbprints_;
};

constexpr Operation kOperations[] = {Answers<CreateOpenIDConnectProvider>("CreateOpenIDConnectProvider"),
                                     Reads<GetOpenIDConnectProvider>("GetOpenIDConnectProvider"),
                                     Reads<ListOpenIDConnectProviders>("ListOpenIDConnectProviders"),
                                     Changes<DeleteOpenIDConnectProvider>("DeleteOpenIDConnectProvider"),
                                     Changes<AddClientID>("AddClientIDToOpenIDConnectProvider"),
                                     Changes<RemoveClientID>("RemoveClientIDFromOpenIDConnectProvider"),
                                     Changes<UpdateThumbprint>("UpdateOpenIDConnectProviderThumbprint")};

}  // namespace

std::span<const Operation> ProviderOperations() { return kOperations; }

}  // namespace kagimori::iam
