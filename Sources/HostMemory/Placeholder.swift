enum HostMemoryPlaceholder {}
