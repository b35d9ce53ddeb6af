import Dispatch
import Foundation
import Glibc

/// A client that asks until it is answered, whatever dies meanwhile; it never guesses.
///
/// One connection a question, with timeouts of the system's own: a pooled connection to a process
/// that was killed may never say so.
struct ChaosClient: Sendable {
    /// A definite answer.
    struct Answer: Sendable {
        let status: Int
        let body: Data

        /// A field of a JSON object.
        func text(_ name: String) -> String? {
            let object = try? JSONSerialization.jsonObject(with: body) as? [String: Any]
            return object?[name] as? String
        }
    }

    let port: Int
    let token: String
    /// Seconds a question may take on its way and back.
    private static let patience = 5

    /// One try; `nil` when nobody answered or the answer says to try again.
    func once(_ method: String, _ path: String, _ body: String? = nil) async -> Answer? {
        let answer = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: exchange(method, path, body ?? ""))
            }
        }
        guard let answer, ![408, 429, 500, 502, 503, 507].contains(answer.status) else {
            return nil
        }
        // A scheduler that is stopping refuses everything; nothing was decided.
        return answer.status == 409
            && String(decoding: answer.body, as: UTF8.self)
                .contains("stopping")
            ? nil : answer
    }

    /// Asks again and again; `nil` only once the clock has run out.
    func ask(
        _ method: String, _ path: String, _ body: String? = nil,
        until end: ContinuousClock.Instant
    ) async -> Answer? {
        while ContinuousClock.now < end, !Task.isCancelled {
            if let answer = await once(method, path, body) { return answer }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }

    private func exchange(_ method: String, _ path: String, _ body: String) -> Answer? {
        let connection = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard connection >= 0 else { return nil }
        defer { close(connection) }
        var limit = timeval(tv_sec: ChaosClient.patience, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(connection, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else { return nil }
        let head =
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            + "Authorization: Bearer \(token)\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n"
        guard send(Array((head + body).utf8), to: connection) else { return nil }
        return ChaosClient.parse(receive(from: connection))
    }

    private func send(_ bytes: [UInt8], to connection: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private func receive(from connection: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
        }
    }

    /// A whole answer; `nil` for one that was cut off.
    private static func parse(_ bytes: [UInt8]) -> Answer? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"),
            let status = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        let head = text[..<end.lowerBound].lowercased()
        let body = Data(text[end.upperBound...].utf8)
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        guard length == nil || length == body.count else { return nil }
        return Answer(status: status, body: body)
    }
}
