import Balloon
import BalloonDevice
import Virtio

/// What the device does with its queues.
extension TestDevice {
    private var memory: SharedMemory { SharedMemory(bytes: shared) }

    func queue(_ role: QueueRole) -> QueueBox? { assignment.queue(for: role).flatMap { queues[$0] } }

    /// Takes note of all chains that the driver has made available on queue number `number`.
    func see(_ number: Int) {
        guard let box = queues[number], let role = assignment.role(of: number) else { return }
        repeat {
            while true {
                var chain = DescriptorChain()
                do throws(QueueFault) {
                    switch try box.queue.next(from: memory, into: &chain) {
                    case .empty: break
                    case .refused(let fault): return table.fail("queue \(number) has a bad chain: \(fault)")
                    case .chain:
                        note(Pending(role: role, chain: chain))
                        continue
                    }
                } catch {
                    return table.fail("queue \(number) is broken: \(error)")
                }
                break
            }
        } while box.queue.rearm()
    }

    /// Checks what the driver may send, at the moment it is sent.
    private func note(_ item: Pending) {
        switch item.role {
        case .inflate:
            forEachPage(item.chain) { page in
                if table.owner(of: page) != .driver { table.fail("page \(page) is inflated and not the driver's") }
                table.move(page, from: .none, to: .inflating)
                unseenInflations += 1
            }
        case .deflate:
            forEachPage(item.chain) { page in
                table.move(page, from: .held, to: .deflating)
                unseenDeflations += 1
            }
        case .reporting:
            reportBuffers.append(item.chain.buffers.count)
            for buffer in item.chain.buffers {
                if !buffer.isDeviceWritable { table.fail("a report is not device-writable") }
                table.setReported(buffer.run, true)
            }
        case .statistics:
            let others = pending.contains { $0.role == .statistics } || device.statistics.heldBuffer != nil
            if others { table.fail("two statistics buffers (spec D16)") }
        case .freePageHint:
            break
        }
        pending.append(item)
    }

    /// Answers one of the pending requests.
    func answer(_ index: Int) {
        let item = pending.remove(at: index)
        guard let box = queue(item.role) else { return }
        var reader = ChainReader()
        var sink = TableSink(table: table)
        switch item.role {
        case .inflate:
            while case .more = device.inflate(item.chain, &reader, memory: memory, sink: &sink) {}
            forEachPage(item.chain) { page in
                unseenInflations -= 1
                table.move(page, from: .inflating, to: .held)
            }
        case .deflate:
            while case .more = device.deflate(item.chain, &reader, memory: memory, sink: &sink) {}
            forEachPage(item.chain) { page in
                unseenDeflations -= 1
                table.move(page, from: .deflating, to: .none)
            }
        case .statistics:
            // It is kept until it is asked for.
            if device.takeStatistics(item.chain, memory: memory).surplus != nil { table.fail("two statistics buffers") }
            return
        case .freePageHint:
            if device.hint(item.chain, memory: memory) { changeConfiguration() }
        case .reporting:
            var cursor = ReportCursor()
            while !device.report(item.chain, at: &cursor, sink: &sink) {}
            for buffer in item.chain.buffers { table.setReported(buffer.run, false) }
        }
        box.queue.complete(head: item.chain.head)
        if box.queue.needsNotification() { interrupts.insert(.queue) }
    }

    /// Asks for statistics, if the driver has given a buffer.
    func askForStatistics() -> Bool {
        guard let head = device.requestStatistics(), let box = queue(.statistics) else { return false }
        box.queue.complete(head: head)
        if box.queue.needsNotification() { interrupts.insert(.queue) }
        return true
    }

    /// Answers all that is pending, the newest first.
    func answerAll() {
        while !pending.isEmpty { answer(pending.count - 1) }
    }

    func forEachPage(_ chain: DescriptorChain, _ body: (UInt64) -> Void) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 1024) { numbers in
            var reader = ChainReader()
            let bytes = UnsafeMutableRawBufferPointer(numbers)
            guard let count = try? reader.read(chain, from: memory, into: bytes) else {
                return table.fail("a message lies outside memory")
            }
            for index in 0..<count / 4 { body(UInt64(UInt32(littleEndian: numbers[index]))) }
        }
    }
}

extension DescriptorChain.Buffer {
    var run: PageRun { PageRun(start: address >> 12, count: UInt64(length) >> 12) }
}
