#include "seal/term_guard.h"

#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::seal {

Result<store::RecordTag> TermGuard::Tag(std::string_view key, ByteView value) {
  return next_ != nullptr ? next_->Tag(key, value) : store::RecordTag{};
}

Result<> TermGuard::Accept(std::span<const store::RecordChange> changes) {
  for (const store::RecordChange& change : changes) {
    if (!change.after || change.key.starts_with(static_cast<char>(RecordType::kDeployment))) continue;
    KAGIMORI_ASSIGN_OR_RETURN(TermId term, TermOfRecord(*change.after));
    if (hierarchy_->MayBePut(term)) continue;
    // A term that was current once; ids only grow.
    if (term < hierarchy_->current_term()) {
      return Fail(ErrorKind::kConflict, "a record is sealed under a term that has ended meanwhile");
    }
    return Fail(ErrorKind::kInternal, "a record is sealed under a term that does not exist");
  }
  return next_ != nullptr ? next_->Accept(changes) : Result<>();
}

std::vector<store::Put> TermGuard::Close(store::Revision last) {
  return next_ != nullptr ? next_->Close(last) : std::vector<store::Put>();
}

}  // namespace kagimori::seal
