"""A small OIDC provider on loopback: discovery, authorisation with PKCE, token, user info. It checks what a client must send."""

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "tianping", "a-secret-of-the-client"


class Provider:
    """Runs while its `with` block does. `claims` are those of whoever logs in next."""

    def __init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims = {}
        self.granted = {}
        self.tokens = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def do_GET(self):
                provider.get(self)

            def do_POST(self):
                provider.token(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, handler, status, body=None, **headers):
        data = json.dumps(body or {}).encode()
        handler.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    def get(self, handler):
        parts = urlsplit(handler.path)
        asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
        if parts.path == "/.well-known/openid-configuration":
            ends = {
                "authorization_endpoint": "authorize",
                "token_endpoint": "token",
                "userinfo_endpoint": "userinfo",
                "jwks_uri": "jwks",
            }
            found = {"issuer": self.url} | {name: f"{self.url}/{end}" for name, end in ends.items()}
            self.answer(handler, 200, found | {"token_endpoint_auth_methods_supported": ["client_secret_post"]})
        elif parts.path == "/authorize":
            if (
                asked["client_id"] != CLIENT
                or asked["code_challenge_method"] != "S256"
                or "openid" not in asked["scope"]
            ):
                self.answer(handler, 400)
                return
            code = secrets.token_urlsafe(16)
            self.granted[code] = (asked["redirect_uri"], asked["code_challenge"], dict(self.claims))
            back = urlencode({"code": code, "state": asked["state"]})
            self.answer(handler, 302, Location=f"{asked['redirect_uri']}?{back}")
        elif parts.path == "/userinfo":
            claims = self.tokens.get(handler.headers["Authorization"].removeprefix("Bearer "))
            self.answer(handler, 200 if claims else 401, claims)
        else:
            self.answer(handler, 404)

    def token(self, handler):
        sent = {
            k: v[0] for k, v in parse_qs(handler.rfile.read(int(handler.headers["Content-Length"])).decode()).items()
        }
        redirect, challenge, claims = self.granted.pop(sent.get("code"), ("", "", {}))
        proof = (
            base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        if (sent.get("client_secret"), sent.get("redirect_uri"), proof) != (SECRET, redirect, challenge):
            self.answer(handler, 400, {"error": "invalid_grant"})
            return
        now = int(time.time())
        ident = jwt.encode(
            {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60} | claims, self.key, algorithm="RS256"
        )
        access = secrets.token_urlsafe(16)
        self.tokens[access] = claims
        self.answer(handler, 200, {"access_token": access, "token_type": "Bearer", "expires_in": 60, "id_token": ident})
