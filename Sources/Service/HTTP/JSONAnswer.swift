internal import ControlAPI
internal import FoundationEssentials
internal import Hummingbird
internal import NIOCore

/// Answers with a JSON body, one line with an end, keys in a fixed order.
enum JSONAnswer {
    static func encode(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var buffer = ByteBuffer(bytes: try encoder.encode(value))
        buffer.writeString("\n")
        return buffer
    }

    static func ok(_ value: some Encodable) throws -> Response {
        try response(.ok, value)
    }

    static func refused(_ status: HTTPResponse.Status, _ sentence: String) throws -> Response {
        try response(status, Refused(error: sentence))
    }

    private static func response(_ status: HTTPResponse.Status, _ value: some Encodable) throws -> Response {
        let body = try encode(value)
        let headers: HTTPFields = [.contentType: "application/json", .contentLength: "\(body.readableBytes)"]
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
