from django.urls import path

from tenants.people.console import views

app_name = "people"
urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.language, name="language"),
    path("password/", views.password, name="password"),
    path("invitation/<str:who>/<str:token>/", views.invitation, name="invitation"),
]
