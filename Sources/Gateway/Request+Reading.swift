import ControlAPI
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOPosix
import Synchronization

extension Request {
    /// A query parameter; `nil` when absent or empty.
    func query(_ name: String) -> String? {
        guard let value = uri.queryParameters[name[...]], !value.isEmpty else { return nil }
        return String(value)
    }

    /// All values of a repeated query parameter.
    func queries(_ name: String) -> [String] {
        uri.queryParameters[values: name[...]].map(String.init)
    }

    /// Whether a query parameter is `true` or `1`; refuses other values.
    func flag(_ name: String) throws(GatewayFailure) -> Bool {
        switch query(name) {
        case nil, "false", "0": return false
        case "true", "1": return true
        case let other?:
            throw .invalid("\(name)=\(other.prefix(40)) is neither true nor false")
        }
    }

    /// A query parameter that is a whole number from 0; `nil` when absent.
    func number(_ name: String) throws(GatewayFailure) -> Int? {
        guard let text = query(name) else { return nil }
        guard let number = Int(text), number >= 0 else {
            throw .invalid("\(name)=\(text.prefix(40)) is not a whole number from 0")
        }
        return number
    }

    /// The namespace of a request about one thing.
    var namespace: String { query("namespace") ?? "default" }

    /// The media type of the body without parameters, lower case; empty when absent.
    var mediaType: String {
        let type = headers[.contentType] ?? ""
        return type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
    }

    /// The whole body: bounded in bytes and in the time it takes to arrive.
    func body(of settings: GatewaySettings) async throws -> ByteBuffer {
        let bound = settings.largestBodyBytes
        if let length = headers[.contentLength].flatMap(Int.init), length > bound {
            throw GatewayFailure.tooLarge("the body", bound: bound)
        }
        let body = body
        let reading = Task { try await body.collect(upTo: bound) }
        // The loop's own timer can be taken back: a slept task would keep its timer, one a request.
        let isLate = Atomic(false)
        let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(
            in: .seconds(settings.bodySeconds)
        ) {
            isLate.store(true, ordering: .relaxed)
            reading.cancel()
        }
        defer { timer.cancel() }
        let outcome = await withTaskCancellationHandler {
            await reading.result
        } onCancel: {
            reading.cancel()
        }
        guard !isLate.load(ordering: .relaxed) else {
            throw GatewayFailure(
                .requestTimeout, "Timeout",
                "the body did not arrive within \(settings.bodySeconds) s")
        }
        return try outcome.get()
    }

    /// The body as JSON; an absent one gives the value of `{}`.
    func json<Body: Decodable>(
        _ type: Body.Type, of settings: GatewaySettings
    ) async throws -> Body {
        let buffer = try await body(of: settings)
        let data = buffer.readableBytes == 0 ? Data("{}".utf8) : Data(buffer.readableBytesView)
        do {
            return try JSONDecoder().decode(type, from: data)
        } catch {
            throw GatewayFailure.invalid("the body is not the expected JSON: \(brief(error))")
        }
    }

    private func brief(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "it cannot be read" }
        switch error {
        case .keyNotFound(let key, _): return "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            return context.codingPath.map(\.stringValue).joined(separator: ".")
                + " has the wrong type"
        default: return "it cannot be parsed"
        }
    }
}

extension RequestContext {
    /// A part of the path, percent-decoded.
    func name(_ parameter: String) throws(GatewayFailure) -> String {
        guard let text = parameters.get(parameter), let name = text.removingPercentEncoding,
            !name.isEmpty
        else { throw .invalid("the \(parameter) in the path cannot be read") }
        return name
    }
}
