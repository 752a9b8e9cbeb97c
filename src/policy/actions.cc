#include "policy/actions.h"

#include <algorithm>
#include <iterator>

#include "policy/evaluate.h"

namespace kagimori::policy {
namespace {

// Source: "Actions, resources, and condition keys for AWS Key Management Service". Sorted.
constexpr std::string_view kKnown[] = {
    "kms:cancelkeydeletion",
    "kms:connectcustomkeystore",
    "kms:createalias",
    "kms:createcustomkeystore",
    "kms:creategrant",
    "kms:createkey",
    "kms:decapsulate",
    "kms:decrypt",
    "kms:deletealias",
    "kms:deletecustomkeystore",
    "kms:deleteimportedkeymaterial",
    "kms:derivesharedsecret",
    "kms:describecustomkeystores",
    "kms:describekey",
    "kms:disablekey",
    "kms:disablekeyrotation",
    "kms:disconnectcustomkeystore",
    "kms:enablekey",
    "kms:enablekeyrotation",
    "kms:encapsulate",
    "kms:encrypt",
    "kms:generatedatakey",
    "kms:generatedatakeypair",
    "kms:generatedatakeypairwithoutplaintext",
    "kms:generatedatakeywithoutplaintext",
    "kms:generatemac",
    "kms:generaterandom",
    "kms:getkeylastusage",
    "kms:getkeypolicy",
    "kms:getkeyrotationstatus",
    "kms:getparametersforimport",
    "kms:getpublickey",
    "kms:importkeymaterial",
    "kms:listaliases",
    "kms:listgrants",
    "kms:listkeypolicies",
    "kms:listkeyrotations",
    "kms:listkeys",
    "kms:listresourcetags",
    "kms:listretirablegrants",
    "kms:putkeypolicy",
    "kms:reencryptfrom",
    "kms:reencryptto",
    "kms:replicatekey",
    "kms:retiregrant",
    "kms:revokegrant",
    "kms:rotatekeyondemand",
    "kms:schedulekeydeletion",
    "kms:sign",
    "kms:synchronizemultiregionkey",
    "kms:tagresource",
    "kms:untagresource",
    "kms:updatealias",
    "kms:updatecustomkeystore",
    "kms:updatekeydescription",
    "kms:updateprimaryregion",
    "kms:verify",
    "kms:verifymac",
};
static_assert(std::size(kKnown) <= 64 && std::ranges::is_sorted(kKnown));

}  // namespace

std::span<const std::string_view> KnownActions() { return kKnown; }

Action::Action(std::string_view name) : name_(name), lower_(ToLowerAscii(name)), known_(-1) {
  const auto found = std::ranges::lower_bound(kKnown, std::string_view(lower_));
  if (found != std::end(kKnown) && *found == lower_) known_ = static_cast<int>(found - std::begin(kKnown));
}

}  // namespace kagimori::policy
