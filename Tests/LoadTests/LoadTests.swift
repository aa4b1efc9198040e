import ControlAPI
import Foundation
import Linux
import Load
import Service
import Testing

/// Simulated guests at full speed before our own device.
struct LoadTests {
    /// Serves `count` guests while `body` runs; it gets their sockets, and says whether they are still served.
    private func withDevices(_ count: Int, _ body: ([String], GuestRegistry) async throws -> Bool) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "aerostat-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let guests = (0..<count).map { index in
            GuestConfiguration(name: "guest\(index)", socket: folder.appending(path: "\(index)").path)
        }
        let registry = try await GuestRegistry(guests, events: EventLog())
        do {
            guard try await body(guests.map(\.socket), registry) else { return }
        } catch {
            await registry.stop()
            throw error
        }
        await registry.stop()
    }

    private func run(_ load: LoadRun) async throws -> LoadReport {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try load.run() }) }
        }
    }

    @Test func manyGuestsAreAnswered() async throws {
        try await withDevices(20) { sockets, registry in
            var configuration = LoadConfiguration(sockets: sockets)
            configuration.victims = 2
            configuration.messagesInFlight = 8
            configuration.threads = 3
            configuration.touchesPages = true
            configuration.seconds = 1
            let report = try await run(try LoadRun(configuration))
            #expect(report.failures.isEmpty)
            #expect(report.guests == 20)
            #expect(report.threads == 4, "one of them is the victims' own")
            let parts = [
                report.inflateMicroseconds, report.deflateMicroseconds, report.victimInflateMicroseconds,
                report.victimDeflateMicroseconds,
            ]
            #expect(parts.compactMap(\.?.count).reduce(0, +) == report.messages)
            for part in parts {
                let part = try #require(part)
                #expect(part.count > 0)
                #expect(part.p50 > 0)
                #expect(part.p50 <= part.p90 && part.p90 <= part.p99 && part.p99 <= part.p999)
                #expect(part.p999 <= part.max * 1.01)
            }
            // What the device has counted is what was sent.
            var pages: UInt64 = 0
            for index in sockets.indices {
                let counters = try await registry.status(of: "guest\(index)").counters
                #expect(counters.badChains + counters.badPages == 0)
                pages += (counters.inflatedBytes.bytes + counters.deflatedBytes.bytes) / 4096
            }
            #expect(pages == report.pages)
            return true
        }
    }

    @Test func stopEndsALoadWithoutALimit() async throws {
        try await withDevices(1) { sockets, _ in
            let load = try LoadRun(LoadConfiguration(sockets: sockets))
            async let report = run(load)
            while load.messages < 100 { try await Task.sleep(for: .milliseconds(1)) }
            load.stop()
            #expect(try await report.messages >= 100)
            #expect(try await report.failures.isEmpty)
            return true
        }
    }

    /// A device that takes the connection and goes away is named, and the load ends.
    @Test func deviceThatGoesAwayIsNamed() async throws {
        try await withDevices(2) { sockets, registry in
            let load = try LoadRun(LoadConfiguration(sockets: sockets))
            async let report = run(load)
            while load.messages < 10 { try await Task.sleep(for: .milliseconds(1)) }
            await registry.stop()
            let failures = try await report.failures
            #expect(failures.count == 2)
            #expect(failures.allSatisfy { $0.contains("the device closed the connection") })
            return false
        }
    }

    @Test func whatDoesNotFitIsSaid() async throws {
        func refusal(_ sockets: [String], _ edit: (inout LoadConfiguration) -> Void = { _ in }) -> String? {
            var configuration = LoadConfiguration(sockets: sockets)
            edit(&configuration)
            do throws(LoadError) {
                _ = try LoadRun(configuration).run()
                return nil
            } catch {
                return error.description
            }
        }
        #expect(refusal([]) == "a load needs a socket")
        #expect(refusal(["a", "a"])?.contains("named twice") == true)
        #expect(refusal((0...1000).map { "\($0)" })?.contains("1001 guests") == true)
        #expect(refusal(["a"]) { $0.victims = 2 } == "2 victims among 1 guests")
        #expect(refusal(["a"]) { $0.messagesInFlight = 65 }?.contains("1 to 64") == true)
        #expect(refusal(["/nonexistent/socket"])?.hasPrefix("/nonexistent/socket: ") == true)
    }
}
