import ControlAPI
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// A JSON answer, ended by a line break for people with `curl`.
    static func json(
        _ body: some JSONWritable, status: HTTPResponse.Status = .ok
    ) -> Response {
        var json = JSONText(capacity: 1_024)
        json.value(body)
        return .json(json, status: status)
    }

    /// A JSON list answer.
    static func json(
        list bodies: [some JSONWritable], status: HTTPResponse.Status = .ok
    ) -> Response {
        var json = JSONText(capacity: 1_024)
        json.beginArray()
        for body in bodies { json.value(body) }
        json.endArray()
        return .json(json, status: status)
    }

    /// An answer of JSON that is put together already.
    static func json(_ json: JSONText, status: HTTPResponse.Status = .ok) -> Response {
        var json = json
        json.newLine()
        return .bytes(json.bytes, type: "application/json", status: status)
    }

    /// A plain text answer.
    static func text(_ text: String) -> Response {
        .bytes(Array(text.utf8), type: "text/plain; charset=utf-8")
    }

    /// An answer of bytes that are put together already.
    static func bytes(
        _ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .contentLength: String(bytes.count)],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
