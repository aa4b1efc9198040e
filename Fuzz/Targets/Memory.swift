internal import CLinux

/// A memory file that its owner may truncate.
func openMemory() -> CInt { clinux_memfd_create("fuzz") }
