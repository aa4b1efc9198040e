import FuzzTargets
import Virtio

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    RingFuzz.run(UnsafeRawBufferPointer(start: start, count: count), kind: .packed)
    return 0
}
