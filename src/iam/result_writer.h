#ifndef KAGIMORI_IAM_RESULT_WRITER_H_
#define KAGIMORI_IAM_RESULT_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "secret/secret_bytes.h"
#include "wire/json_writer.h"
#include "wire/xml.h"

namespace kagimori::iam {

// Writes a result twice: as XML for the client, and as CloudTrail's responseElements, which are the same in lower-camel
// JSON without secrets. Names are the model's.
//
//   out.Open("User");
//   out.Text("UserName", user.name);
//   out.Close("User");
//   out.OpenList("Tags");
//   out.OpenMember(); out.Text("Key", …); out.CloseMember();
//   out.CloseList("Tags");
class ResultWriter {
 public:
  // REQUIRES: outlives this. Where a result holds a secret, `xml` is reserved beforehand for all of it.
  explicit ResultWriter(std::string* xml) : xml_(xml) {}

  void Text(std::string_view name, std::string_view text);
  void Number(std::string_view name, int64_t value);
  void Boolean(std::string_view name, bool value);
  void Date(std::string_view name, Timestamp time);
  // A policy document: URL-encoded (RFC 3986).
  void Document(std::string_view name, std::string_view document);
  // In base64, and to the client alone.
  void SecretBase64(std::string_view name, const secret::SecretBytes& bytes);

  void Open(std::string_view name);
  void Close(std::string_view name);
  void OpenList(std::string_view name);
  void CloseList(std::string_view name);
  // A structure in a list, a text in a list.
  void OpenMember();
  void CloseMember();
  void MemberText(std::string_view text);
  // An entry of a map of numbers.
  void Entry(std::string_view key, int64_t value);

  // An object, or empty when nothing was written.
  std::string TakeJson();

 private:
  void Key(std::string_view name);

  wire::XmlWriter xml_;
  std::string json_;
  std::vector<wire::JsonSeparator> levels_{1};
};

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_RESULT_WRITER_H_
