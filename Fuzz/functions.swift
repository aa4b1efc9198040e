import FuzzTargets
import Glibc

/// The lowest descriptor that is free: it stays the same where none is leaked.
private func lowestFree() -> CInt {
    let free = dup(0)
    close(free)
    return free
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let before = lowestFree()
    FunctionFuzz.run(UnsafeRawBufferPointer(start: start, count: count))
    precondition(lowestFree() == before, "a descriptor was leaked, or closed twice")
    return 0
}
