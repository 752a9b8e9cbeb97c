#include "crypto/key_type.h"

#include <array>

#include "crypto/key_type_internal.h"

namespace kagimori::crypto {
namespace {

// An uncompressed point's 0x04 counts to the prefix. Sources: RFC 5480 (NIST curves), SEC 2 (secp256k1), GB/T 35276
// (SM2), RFC 8410 (Ed25519), RFC 9881 (ML-DSA), RFC 9935 (ML-KEM).
constexpr std::array<KeyTypeTraits, kKeyTypes> kTraits = {{
    {"RSA-2048", "RSA", nullptr, 2048, nullptr, 0, nullptr, 0},
    {"RSA-3072", "RSA", nullptr, 3072, nullptr, 0, nullptr, 0},
    {"RSA-4096", "RSA", nullptr, 4096, nullptr, 0, nullptr, 0},
    {"P-256", "EC", "prime256v1", 0, "3059301306072a8648ce3d020106082a8648ce3d03010703420004", 64, nullptr, 0},
    {"P-384", "EC", "secp384r1", 0, "3076301006072a8648ce3d020106052b8104002203620004", 96, nullptr, 0},
    {"P-521", "EC", "secp521r1", 0, "30819b301006072a8648ce3d020106052b810400230381860004", 132, nullptr, 0},
    {"secp256k1", "EC", "secp256k1", 0, "3056301006072a8648ce3d020106052b8104000a03420004", 64, nullptr, 0},
    {"Ed25519", "ED25519", nullptr, 0, "302a300506032b6570032100", 32, "302e020100300506032b657004220420", 32},
    {"SM2", "SM2", "SM2", 0, "3059301306072a8648ce3d020106082a811ccf5501822d03420004", 64, nullptr, 0},
    {"ML-DSA-44", "ML-DSA-44", nullptr, 0, "30820532300b06096086480165030403110382052100", 1312,
     "3034020100300b060960864801650304031104228020", 32},
    {"ML-DSA-65", "ML-DSA-65", nullptr, 0, "308207b2300b0609608648016503040312038207a100", 1952,
     "3034020100300b060960864801650304031204228020", 32},
    {"ML-DSA-87", "ML-DSA-87", nullptr, 0, "30820a32300b060960864801650304031303820a2100", 2592,
     "3034020100300b060960864801650304031304228020", 32},
    {"ML-KEM-512", "ML-KEM-512", nullptr, 0, "30820332300b06096086480165030404010382032100", 800,
     "3054020100300b060960864801650304040104428040", 64},
    {"ML-KEM-768", "ML-KEM-768", nullptr, 0, "308204b2300b0609608648016503040402038204a100", 1184,
     "3054020100300b060960864801650304040204428040", 64},
    {"ML-KEM-1024", "ML-KEM-1024", nullptr, 0, "30820632300b06096086480165030404030382062100", 1568,
     "3054020100300b060960864801650304040304428040", 64},
}};

}  // namespace

const KeyTypeTraits& TraitsOf(KeyType type) { return kTraits[static_cast<size_t>(type)]; }

std::string_view Name(KeyType type) { return TraitsOf(type).name; }

Bytes PrefixBytes(const char* hex) { return HexDecode(hex).value(); }

}  // namespace kagimori::crypto
