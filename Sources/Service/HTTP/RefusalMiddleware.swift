internal import ControlAPI
internal import Hummingbird
internal import Logging

/// Turns every error into an answer with a `Refused` body.
struct RefusalMiddleware: RouterMiddleware {
    func handle(
        _ request: Request, context: ControlContext, next: (Request, ControlContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as ControlError {
            return try JSONAnswer.refused(status(of: error), error.sentence)
        } catch let error as any HTTPResponseError {
            return try JSONAnswer.refused(error.status, sentence(for: error.status, request))
        } catch {
            context.logger.error("\(request.method) \(request.uri.path): \(error)")
            return try JSONAnswer.refused(.internalServerError, "the daemon failed: \(error)")
        }
    }

    private func status(of error: ControlError) -> HTTPResponse.Status {
        switch error {
        case .unknownGuest: .notFound
        case .invalid: .badRequest
        case .conflict: .conflict
        }
    }

    private func sentence(for status: HTTPResponse.Status, _ request: Request) -> String {
        status == .notFound
            ? "\(request.method) \(request.uri.path): there is no such request; see the API's documentation"
            : "\(request.method) \(request.uri.path): \(status.reasonPhrase)"
    }
}
