internal import Balloon
internal import ControlAPI
internal import Foundation
internal import Hummingbird

/// What the API says of a budget.
struct BudgetRoutes: Sendable {
    let guests: any GuestControl
    let events: EventLog

    func add(to router: Router<ControlContext>) {
        let guests = guests
        let events = events
        router.get("/v1/budget") { _, _ in
            guard let budget = await guests.budget() else { throw ControlError.noBudget }
            return try JSONAnswer.ok(budget)
        }
        router.put("/v1/budget") { request, _ in
            guard case .text(let text)? = try await request.values(of: ["budget"])["budget"] else {
                throw ControlError.invalid("budget: write it as for --budget: 24G, 80% or \"all but 4G\"")
            }
            let size: BudgetSize
            do throws(ByteSizeError) {
                size = try BudgetSize(parsing: text)
            } catch {
                throw ControlError.invalid("budget: \(error)")
            }
            return try JSONAnswer.ok(try await guests.setBudget(size))
        }
        router.put("/v1/budget/mode") { request, _ in
            let values = try await request.values(of: ["mode"])
            guard case .text(let word)? = values["mode"], let mode = BudgetMode(rawValue: word) else {
                throw ControlError.invalid(
                    "mode: \(values["mode"].map { "\($0)" } ?? "missing"); write on, watch or pause")
            }
            return try JSONAnswer.ok(try await guests.setMode(mode))
        }
        router.get("/v1/plan") { _, _ in try JSONAnswer.ok(try await guests.plan(nil)) }
        router.post("/v1/guests") { request, _ in
            guard case .text(let text)? = try await request.values(of: ["guest"])["guest"] else {
                throw ControlError.invalid("guest: write it as for --guest: \(GuestOption.usage)")
            }
            let configuration: GuestConfiguration
            do throws(ConfigurationError) {
                configuration = try GuestOption.parse(text)
            } catch {
                throw ControlError.invalid(error.description)
            }
            guard configuration.socket.hasPrefix("/") else {
                throw ControlError.invalid(
                    "\(configuration.name): socket: \(configuration.socket) is not an absolute path, and the daemon runs elsewhere"
                )
            }
            return try JSONAnswer.ok(try await guests.add(configuration))
        }
        router.delete("/v1/guests/:name") { _, context in
            try JSONAnswer.ok(try await guests.remove(try context.guestName()))
        }
        router.get("/v1/guests/:name/plan") { request, context in
            let name = try context.guestName()
            let text = request.uri.queryParameters["sees"]
            guard let text, let bytes = UInt64(text), bytes >= PageFrame.size, bytes <= UInt64(Int64.max) else {
                throw ControlError.invalid(
                    "sees: \(text.map { String($0).debugDescription } ?? "missing"); write what the guest would see, in bytes"
                )
            }
            return try JSONAnswer.ok(try await guests.plan((name, ByteSize(bytes).meant(for: "sees"))))
        }
        router.get("/v1/guests/:name/explain") { _, context in
            let status = try await guests.status(of: try context.guestName())
            return try JSONAnswer.ok(
                Explanation(
                    guest: status.name, state: status.state, reason: status.reason,
                    decisions: Explanations.decisions(about: status.name, in: events.history())))
        }
    }
}
