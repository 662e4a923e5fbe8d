#pragma once
namespace envelint::task { template <typename T> class Task; }
