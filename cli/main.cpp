#include <envelint/finding/catalogue.hpp>
#include <cstdio>
int main() { std::printf("%zu\n", envelint::finding::catalogue().size()); return 0; }
