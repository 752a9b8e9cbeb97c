#ifndef KAGIMORI_PARAMETERS_OPEN_RECORDS_H_
#define KAGIMORI_PARAMETERS_OPEN_RECORDS_H_

#include "base/result.h"
#include "parameters/parameter.h"
#include "seal/hierarchy.h"
#include "store/store.h"

// Stored records as snapshots; private to the room.
namespace kagimori::parameters {

// Of a head's record. kCorrupt: it does not open, or stands under another name's path.
Result<Parameter> OpenHead(const seal::KeyHierarchy& hierarchy, const store::Record& record);
Result<Counts> OpenCounts(const seal::KeyHierarchy& hierarchy, AccountId account, const store::Record& record);

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_OPEN_RECORDS_H_
