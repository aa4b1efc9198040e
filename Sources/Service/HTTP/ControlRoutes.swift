internal import ControlAPI
internal import Foundation
package import Hummingbird
internal import NIOCore

/// The control API: HTTP and JSON, one route for each call of ``GuestControl``.
package struct ControlRoutes: Sendable {
    private let guests: any GuestControl
    private let events: EventLog

    package init(guests: any GuestControl, events: EventLog) {
        self.guests = guests
        self.events = events
    }

    package func router() -> Router<ControlContext> {
        let router = Router(context: ControlContext.self)
        router.add(middleware: RefusalMiddleware())
        addReads(to: router)
        addWrites(to: router)
        BudgetRoutes(guests: guests, events: events).add(to: router)
        let events = EventRoute(events: events)
        router.get("/v1/events") { try events.respond(to: $0, context: $1) }
        return router
    }

    private func addReads(to router: Router<ControlContext>) {
        let guests = guests
        let events = events
        router.get("/v1/guests") { _, _ in try JSONAnswer.ok(await guests.statuses()) }
        router.get("/v1/guests/:name") { _, context in
            try JSONAnswer.ok(try await guests.status(of: try context.guestName()))
        }
        router.get("/v1/guests/:name/qemu-args") { _, context in
            let status = try await guests.status(of: try context.guestName())
            return try JSONAnswer.ok(
                QEMUArguments(guest: status.name, door: status.door, socket: status.socket, max: status.max).options)
        }
        router.get("/metrics") { _, _ in
            let text = Metrics.render(
                statuses: await guests.statuses(), budget: await guests.budget(), events: events.counts())
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }

    private func addWrites(to router: Router<ControlContext>) {
        let guests = guests
        router.put("/v1/guests/:name/requested") { request, context in
            let name = try context.guestName()
            let values = try await request.values(of: ["sees", "balloon"])
            guard values.count == 1 else {
                throw ControlError.invalid(
                    "exactly one of \"sees\" and \"balloon\" is wanted, and there \(values.isEmpty ? "is none" : "are both")"
                )
            }
            let wanted = SizeRequest(
                sees: try values["sees"]?.bytes(for: "sees"),
                balloon: try values["balloon"]?.bytes(for: "balloon"))
            if wanted.sees == 0 {
                throw ControlError.invalid("sees: 0 would leave the guest no memory; write 1048576 or more")
            }
            return try JSONAnswer.ok(try await guests.set(wanted, of: name))
        }
        router.put("/v1/guests/:name/statistics") { request, context in
            let name = try context.guestName()
            guard let value = try await request.values(of: ["intervalSeconds"])["intervalSeconds"] else {
                throw ControlError.invalid("\"intervalSeconds\" is missing")
            }
            let interval = StatisticsRequest(intervalSeconds: try value.seconds(for: "intervalSeconds"))
            return try JSONAnswer.ok(try await guests.setStatisticsInterval(interval, of: name))
        }
        router.post("/v1/guests/:name/statistics") { _, context in
            try JSONAnswer.ok(try await guests.refreshStatistics(of: try context.guestName()))
        }
        router.post("/v1/guests/:name/reclaim") { _, context in
            try JSONAnswer.ok(try await guests.reclaim(try context.guestName()))
        }
        router.post("/v1/guests/:name/hint") { _, context in
            try JSONAnswer.ok(try await guests.hint(try context.guestName()))
        }
    }
}

extension ControlContext {
    /// The guest's name in the path.
    func guestName() throws -> String {
        let name = try parameters.require("name")
        return name.removingPercentEncoding ?? name
    }
}
