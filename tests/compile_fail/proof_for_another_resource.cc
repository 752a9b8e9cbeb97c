// expect: conversion from|no viable conversion|could not convert
// A permission on an alias is none on a key.
#include "keys/actions.h"
#include "keys/authorized.h"
#include "keys/key.h"

namespace keys = kagimori::keys;
#ifdef TWIN
using Resource = keys::Key;
#else
using Resource = keys::AliasName;
#endif

keys::Authorized<keys::action::CreateAlias, keys::Key> Use(
    keys::Authorized<keys::action::CreateAlias, Resource> proof) {
  return proof;
}
