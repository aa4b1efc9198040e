import FuzzTargets

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    LeakCheck.run { FunctionFuzz.run(UnsafeRawBufferPointer(start: start, count: count)) }
    return 0
}
