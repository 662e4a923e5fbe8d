#pragma once

#include <gmime/gmime.h>

#include <memory>

/// The one home of GMime: what frees its handles. For source files of this room only.
namespace envelint::mime {

struct FreeText {
  void operator()(char* text) const noexcept { g_free(text); }
};
using TextPtr = std::unique_ptr<char, FreeText>;

struct Unref {
  void operator()(void* object) const noexcept { g_object_unref(object); }
};
template <typename T>
using ObjectPtr = std::unique_ptr<T, Unref>;

/// GMime wants to be begun once, before anything else. May be called at any time by any thread.
void begin_gmime();

}  // namespace envelint::mime
