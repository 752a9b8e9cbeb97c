#ifndef KAGIMORI_AUDIT_ANCHOR_FILE_H_
#define KAGIMORI_AUDIT_ANCHOR_FILE_H_

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace kagimori::audit {

// Writers of the file that outside_anchor.h reads. It is opened anew each time, so that a medium may come and go.

// Appends a line, fsynced. First cuts off what a crash left of a line, and begins a new file where the old one is long
// enough. What an error leaves behind is not a line.
Result<> AppendToAnchorFile(const std::filesystem::path& file, std::string_view line);

// After a rollback was accepted: the anchors that were there name what is no more. FILE and FILE.1 become
// FILE.before-rollback-N and FILE.1.before-rollback-N. Nothing there: nothing done.
Result<> SetAnchorFileAside(const std::filesystem::path& file);

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_ANCHOR_FILE_H_
