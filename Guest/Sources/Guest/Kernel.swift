internal import Balloon
internal import BalloonDriver
internal import Board
internal import Virtio

/// The guest's kernel: an allocator, the balloon's driver, a program that takes memory, and the chain between them.
struct Kernel: ~Copyable, OOMSystem {
    typealias Driver = BalloonDriver<AnyBus, Clock>

    let machine: Machine
    var oomChain = OOMChain<Kernel>()
    var pages: Allocator
    var driver: Driver
    var program = Program()
    var reader = LineReader()
    /// When the driver wants to work without an interrupt.
    var nextWork: UInt64?
    /// Set when the machine is to be turned off.
    var exitCode: UInt8?

    /// Lays out the memory: first what allocator and driver need for themselves, then what can be given away.
    init?(machine: Machine, memory: PageRun) {
        let configuration = DriverConfiguration()
        let shared = (DriverMemory.sharedBytes(configuration) + 4095) / 4096
        let ownBytes = DriverMemory.ownBytes(configuration, frames: memory)
        let own = (ownBytes + 4095) / 4096
        let room = (Allocator.bytes(frames: memory) + 4095) / 4096
        let taken = UInt64(shared + own + room)
        guard memory.count > taken + 64,
            let base = UnsafeMutableRawPointer(bitPattern: UInt(memory.start << PageFrame.shift))
        else { return nil }
        let frames = PageRun(start: memory.start + taken, count: memory.count - taken)
        let area = SharedArea(base: base, address: memory.start << PageFrame.shift, count: shared * 4096)
        area.clear()
        let ownRoom = UnsafeMutableRawBufferPointer(start: base + shared * 4096, count: own * 4096)
        let allocatorRoom = UnsafeMutableRawBufferPointer(start: base + (shared + own) * 4096, count: room * 4096)
        let driver: Driver
        do throws(DriverError) {
            driver = try Driver(
                transport: AnyBus.find(machine), clock: Clock(), memory: DriverMemory(shared: area, own: ownRoom),
                configuration: configuration, frames: frames)
        } catch {
            return nil
        }
        self.machine = machine
        self.driver = driver
        pages = Allocator(frames: frames, poison: nil, room: allocatorRoom)
        _ = oomChain.register(priority: 80) { kernel, count in
            kernel.driver.relieve(pages: count, &kernel.pages)
        }
    }

    /// Finds the balloon and says so.
    mutating func start(_ console: inout Console) {
        do throws(DriverError) { try driver.start(&pages) } catch { report(error, console) }
        nextWork = 0
        console.text("0 ready")
        console.field("frames", pages.frames.count)
        console.field("features", driver.negotiated.rawValue)
        console.field("state", driver.state.word)
        console.put(10)
    }

    /// Works, takes what is typed, sleeps.
    ///
    /// - Returns: when the machine is to be turned off, with the code to end with.
    mutating func run(_ console: inout Console) -> UInt8 {
        while true {
            if let exitCode { return exitCode }
            work(console)
            while let byte = Machine.getByte() {
                if reader.take(byte) {
                    obey(console)
                    reader.clear()
                }
            }
            machine.acknowledgeInterrupts()
            if nextWork != 0, exitCode == nil { machine.idle(until: nextWork) }
        }
    }

    mutating func work(_ console: Console) {
        guard driver.state == .running else {
            nextWork = nil
            return
        }
        do throws(DriverError) {
            switch try driver.work(&pages) {
            case .again: nextWork = 0
            case .wait(let time): nextWork = time
            }
        } catch {
            report(error, console)
            nextWork = nil
        }
    }

    /// A page for the program: from the free ones, or from those who can give some up.
    mutating func allocate() -> UInt32? {
        if let page = pages.allocatePage() { return page }
        pages.noteStall()
        return relieve(pages: 1) > 0 ? pages.allocatePage() : nil
    }

    private func report(_ error: DriverError, _ console: Console) {
        console.text("# balloon: ")
        console.line(error.word)
    }
}
