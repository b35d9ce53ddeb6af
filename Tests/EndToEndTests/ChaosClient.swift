import Foundation
import FoundationNetworking

/// A client that asks until it is answered, whatever dies meanwhile; it never guesses.
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

    let server: String
    let token: String
    private let session: URLSession

    init(server: String, token: String) {
        self.server = server
        self.token = token
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 5
        configuration.httpMaximumConnectionsPerHost = 16
        session = URLSession(configuration: configuration)
    }

    /// One try; `nil` when nobody answered or the answer says to try again.
    func once(_ method: String, _ path: String, _ body: String? = nil) async -> Answer? {
        guard let url = URL(string: server + path) else { return nil }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        if let body {
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
            request.httpBody = Data(body.utf8)
        }
        guard let (data, response) = try? await session.data(for: request),
            let status = (response as? HTTPURLResponse)?.statusCode,
            ![408, 429, 500, 502, 503, 507].contains(status)
        else { return nil }
        // A scheduler that is stopping refuses everything; nothing was decided.
        let answer = Answer(status: status, body: data)
        return answer.status == 409 && String(decoding: data, as: UTF8.self).contains("stopping")
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
}
