// The heap of the tester: checks make arrays and strings. The ordinary guest is linked without, and allocates nothing.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Hands over the memory that the heap may use, once.
void heap_start(uintptr_t address, size_t bytes);
